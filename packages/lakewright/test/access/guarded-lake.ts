import type {
  AccessControl,
  ActionRequest,
  CellFilter,
  DatabaseAccess,
  DatabasePermission,
  Decision,
  LakePermissions,
  Principal,
  TableAccess,
  TableId,
  TablePermission,
} from '../../src/access/contract';
import { Sessions } from '../../src/access/sessions';
import type { ApiShape } from '../../src/services/api-shape';
import { athena } from '../../src/services/athena';
import { glue } from '../../src/services/glue';
import { type Caller, ServiceError, type ServiceFactory } from '../../src/services/service';
import { openLake, type TestLake } from '../services/glue/test-lake';

const ALL: readonly TablePermission[] = ['SELECT', 'DESCRIBE', 'INSERT', 'DELETE', 'ALTER', 'DROP'];
const ALL_DATABASE: readonly DatabasePermission[] = ['DESCRIBE', 'CREATE_TABLE', 'ALTER', 'DROP'];

/** What a grant in a test says; what it leaves out is not granted. */
export interface TableGrant {
  readonly select?: readonly CellFilter[];
  readonly permissions?: readonly TablePermission[];
  /** @default - the columns that select shows, or all if it shows nothing */
  readonly described?: readonly string[];
  readonly governed?: boolean;
}

/** Lake Formation as a table of decisions: everything that no test grants is governed and refused. */
export class TestPermissions implements LakePermissions {
  public readonly tables = new Map<string, TableGrant>();
  public readonly databases = new Map<string, readonly DatabasePermission[]>();
  public readonly locations = new Map<string, readonly string[]>();
  public readonly registered = new Set<string>();
  public readonly creators = new Set<string>();

  public grant(principal: string, table: string, grant: TableGrant): void {
    this.tables.set(`${principal}/${table}`, grant);
  }

  public table({ name }: Principal, { database, table }: TableId): TableAccess {
    const grant = this.tables.get(`${name}/${database}.${table}`) ?? this.tables.get(`${name}/${database}.*`);
    const governed = grant?.governed ?? true;
    const select = governed ? (grant?.select ?? []) : [{ name: 'all', columns: 'all' } as const];
    const all = !select.length || select.some(({ columns }) => columns === 'all');
    const shown = new Set(select.flatMap(({ columns }) => (columns === 'all' ? [] : [...columns])));
    return {
      governed,
      permissions: new Set(
        governed ? [...(grant?.permissions ?? []), ...(select.length ? (['SELECT'] as const) : [])] : ALL,
      ),
      select,
      described: grant?.described ? new Set(grant.described) : all ? 'all' : shown,
      reasons: [],
    };
  }

  public database({ name }: Principal, database: string): DatabaseAccess {
    return { governed: true, permissions: new Set(this.databases.get(`${name}/${database}`) ?? []), reasons: [] };
  }

  public mayCreateDatabase({ name }: Principal): boolean {
    return this.creators.has(name);
  }

  public mayPlaceDataAt({ name }: Principal, uri: string): boolean {
    return !this.isRegistered(uri) || (this.locations.get(name) ?? []).some((place) => uri.startsWith(place));
  }

  public isRegistered(uri: string): boolean {
    return [...this.registered].some((place) => uri.startsWith(place));
  }

  public isAdministrator(): boolean {
    return false;
  }
}

/** IAM as a predicate. */
export class TestAccess<P extends LakePermissions = TestPermissions> implements AccessControl {
  public readonly sessions = new Sessions();
  public iam: (principal: string, action: string, resource: string) => boolean = () => true;

  public constructor(
    private readonly names: readonly string[],
    public readonly permissions: P,
  ) {}

  public callerOf(accessKeyId: string | undefined, requestId: string): Caller {
    return { principal: accessKeyId ?? 'local-admin', accessKeyId, requestId };
  }

  public principalOf({ principal: name }: Caller): Principal | undefined {
    return this.names.includes(name)
      ? { kind: 'role', name, arn: `arn:aws:iam::123456789012:role/${name}` }
      : undefined;
  }

  public decide(caller: Caller, { action, resources }: ActionRequest): Decision {
    const principal = this.principalOf(caller);
    const refused = principal && resources.find((resource) => !this.iam(principal.name, action, resource));
    return { allowed: !refused, reason: refused ? `${action} on ${refused}` : 'allowed' };
  }

  public require(caller: Caller, ...requests: readonly ActionRequest[]): void {
    for (const request of requests) {
      const { allowed, reason } = this.decide(caller, request);
      if (allowed) continue;
      throw new ServiceError(
        'AccessDeniedException',
        `User: ${caller.principal} is not authorized to perform: ${reason}`,
      );
    }
  }

  public requireTrust(): void {
    throw new Error('no STS in this test');
  }

  public table(caller: Caller, table: TableId): TableAccess {
    const principal = this.principalOf(caller);
    return principal
      ? this.permissions.table(principal, table)
      : {
          governed: false,
          permissions: new Set(ALL),
          select: [{ name: 'all', columns: 'all' }],
          described: 'all',
          reasons: [],
        };
  }

  public database(caller: Caller, database: string): DatabaseAccess {
    const principal = this.principalOf(caller);
    return principal
      ? this.permissions.database(principal, database)
      : { governed: false, permissions: new Set(ALL_DATABASE), reasons: [] };
  }
}

/** One persona's session. */
export interface Persona {
  run(query: string, input?: ApiShape): Promise<ApiShape>;
  /** The rows of a query that succeeds, without the header. */
  rows(query: string, input?: ApiShape): Promise<(string | null)[][]>;
  columns(query: string): Promise<string[]>;
  /** `StateChangeReason` of a query that fails. */
  reason(query: string, input?: ApiShape): Promise<string>;
  call(service: string, operation: string, input?: ApiShape): Promise<ApiShape>;
}

export interface GuardedLake extends TestLake {
  readonly access: TestAccess;
  as(name: string): Persona;
}

/** A lake with Athena and Glue, the buckets `lake` and `results` and the database `db`, and personas. */
export async function openGuardedLake(
  personas: readonly string[],
  services: readonly ServiceFactory[] = [glue, athena],
): Promise<GuardedLake> {
  const lake = await openLake(services);
  const access = new TestAccess(personas, new TestPermissions());
  Object.assign(lake.context, { access });
  for (const bucket of ['lake', 'results']) lake.context.objects.createBucket(bucket);
  lake.context.catalog.putDatabase({ Name: 'db' });
  return { ...lake, access, as: (name) => persona(lake, name) };
}

export function persona(lake: TestLake, principal: string): Persona {
  const caller: Caller = { principal, requestId: 'test' };
  const call = (service: string, operation: string, input: ApiShape = {}) =>
    lake.context.call(service, operation, input, caller);
  const run = async (QueryString: string, input: ApiShape = {}): Promise<ApiShape> => {
    const { QueryExecutionId } = await call('athena', 'StartQueryExecution', {
      QueryString,
      QueryExecutionContext: { Database: 'db' },
      ResultConfiguration: { OutputLocation: `s3://results/${principal}/` },
      ...input,
    });
    for (;;) {
      const { QueryExecution } = await call('athena', 'GetQueryExecution', { QueryExecutionId });
      if (!['QUEUED', 'RUNNING'].includes(QueryExecution.Status.State)) return QueryExecution;
    }
  };
  const result = async (query: string, input?: ApiShape): Promise<ApiShape> => {
    const { Status, QueryExecutionId } = await run(query, input);
    if (Status.State !== 'SUCCEEDED') throw new Error(Status.StateChangeReason);
    return (await call('athena', 'GetQueryResults', { QueryExecutionId })).ResultSet;
  };
  return {
    call,
    run,
    rows: async (query, input) => {
      const { Rows } = await result(query, input);
      const rows = Rows.map((row: ApiShape) => row.Data.map((cell: ApiShape) => cell.VarCharValue ?? null));
      return /^[\s(]*(?:SELECT|WITH|VALUES|TABLE|EXECUTE)/i.test(query) ? rows.slice(1) : rows;
    },
    columns: async (query) => (await result(query)).ResultSetMetadata.ColumnInfo.map((column: ApiShape) => column.Name),
    reason: async (query, input) => {
      const { Status } = await run(query, input);
      if (Status.State === 'SUCCEEDED') throw new Error(`it succeeded: ${query}`);
      return Status.StateChangeReason;
    },
  };
}
