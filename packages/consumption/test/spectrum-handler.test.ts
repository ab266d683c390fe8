import {
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CustomResourceEvent } from '../../core/lambda/custom-resource/respond';
import { spectrumSchemaWork } from '../lambda/spectrum/handler';

const ROLE = 'arn:aws:iam::111111111111:role/spectrum';

/** What Redshift does with the statements of the provider: schemas, roles, tokens. */
class Redshift {
  public readonly schemas = new Map<string, { database?: string; options?: string; users: Set<string> }>();
  public readonly roles = new Set<string>();
  public readonly changes: string[] = [];
  public failing?: string;
  public endless = false;
  public cancelled = false;
  public gone = false;
  private readonly tokens = new Map<string, string>();
  private readonly results = new Map<string, { error?: string; rows: (string | undefined)[][] }>();

  public async send(command: unknown): Promise<unknown> {
    if (this.gone) throw Object.assign(new Error('no such workgroup'), { name: 'ResourceNotFoundException' });
    if (command instanceof ExecuteStatementCommand) return { Id: this.execute(command.input) };
    if (command instanceof CancelStatementCommand) {
      this.cancelled = true;
      return {};
    }
    const { Id } = (command as DescribeStatementCommand).input;
    const result = this.results.get(String(Id));
    if (command instanceof DescribeStatementCommand) {
      if (this.endless) return { Status: 'STARTED' };
      return result?.error ? { Status: 'FAILED', Error: result.error } : { Status: 'FINISHED' };
    }
    expect(command).toBeInstanceOf(GetStatementResultCommand);
    const field = (one?: string) => (one === undefined ? { isNull: true } : { stringValue: one });
    return { Records: result?.rows.map((row) => row.map(field)) };
  }

  private execute({ Sql = '', ClientToken, Parameters }: ExecuteStatementCommand['input']): string {
    const known = ClientToken && this.tokens.get(ClientToken);
    if (known) return known;
    const id = `statement-${this.results.size}`;
    if (ClientToken) this.tokens.set(ClientToken, id);
    const wanted = Parameters?.[0]?.value ?? '';
    if (Sql.includes('pg_namespace')) {
      const found = this.schemas.get(wanted);
      this.results.set(id, { rows: found ? [[found.database, found.options]] : [] });
    } else if (Sql.includes('svv_roles')) {
      this.results.set(id, { rows: this.roles.has(wanted) ? [[wanted]] : [] });
    } else {
      this.changes.push(Sql);
      const error = this.failing && Sql.startsWith(this.failing) ? `ERROR: ${this.failing}` : this.change(Sql);
      this.results.set(id, { rows: [], ...(error && { error }) });
    }
    return id;
  }

  private change(sql: string): string | undefined {
    const words = [...sql.matchAll(/"([^"]+)"|'([^']+)'/g)].map(([, a, b]) => a ?? b ?? '');
    const [first = '', second = '', , role = ''] = words;
    if (sql.startsWith('CREATE EXTERNAL SCHEMA')) {
      if (this.schemas.has(first)) return `Schema "${first}" already exists`;
      this.schemas.set(first, { database: second, options: `{"IAM_ROLE":"${role}"}`, users: new Set() });
    } else if (sql.startsWith('DROP SCHEMA')) this.schemas.delete(first);
    else if (sql.startsWith('ALTER EXTERNAL SCHEMA')) {
      const found = this.schemas.get(first);
      if (found) found.options = `{"IAM_ROLE":"${second}"}`;
    } else if (sql.startsWith('CREATE ROLE')) this.roles.add(first);
    else if (sql.startsWith('GRANT USAGE')) this.schemas.get(first)?.users.add(second);
    else if (sql.startsWith('REVOKE USAGE')) this.schemas.get(first)?.users.delete(second);
    else return `syntax error: ${sql}`;
    return undefined;
  }
}

let redshift: Redshift;
let clock: number;
beforeEach(() => {
  redshift = new Redshift();
  clock = 0;
});

const PROPERTIES = {
  ...{ Workgroup: 'warehouse', Database: 'dev', SecretArn: 'secret', Schema: 'lake', CatalogDatabase: 'datasets' },
  ...{ CatalogId: '111111111111', Region: 'eu-west-1', RoleArn: ROLE, UsageRoles: ['analysts'] },
};
const ID = 'warehouse/dev/lake';

const request = (
  RequestType: CustomResourceEvent['RequestType'],
  changed = {},
  rest: Partial<CustomResourceEvent> = {},
) =>
  spectrumSchemaWork({
    redshift: redshift as unknown as RedshiftDataClient,
    now: () => clock,
    sleep: async (milliseconds) => {
      clock += milliseconds;
    },
  })(
    {
      ...{ RequestType, RequestId: 'request-1', ResponseURL: '', StackId: 's', LogicalResourceId: 'l' },
      ResourceProperties: { ...PROPERTIES, ...changed },
      ...rest,
    },
    60_000,
  );

describe('a schema', () => {
  test('is made, and used by the roles that are named', async () => {
    expect(await request('Create')).toEqual({ physicalResourceId: ID, data: { Schema: 'lake' } });
    expect(redshift.changes).toEqual([
      `CREATE EXTERNAL SCHEMA "lake" FROM DATA CATALOG DATABASE 'datasets' REGION 'eu-west-1' IAM_ROLE '${ROLE}' CATALOG_ID '111111111111'`,
      'CREATE ROLE "analysts"',
      'GRANT USAGE ON SCHEMA "lake" TO ROLE "analysts"',
    ]);
  });

  test('a request that comes again changes nothing', async () => {
    await request('Create');
    const before = structuredClone(redshift.schemas);
    redshift.changes.length = 0;
    await request('Create');
    expect(redshift.schemas).toEqual(before);
    expect(redshift.changes.filter((sql) => /CREATE|DROP|ALTER/.test(sql))).toEqual([]);
  });

  test('a request that failed half-way goes on where it was', async () => {
    redshift.failing = 'GRANT USAGE';
    await expect(request('Create')).rejects.toThrow('FAILED: ERROR: GRANT USAGE');
    redshift.failing = undefined;
    await request('Create', {}, { RequestId: 'request-2' });
    expect(redshift.schemas.get('lake')?.users).toEqual(new Set(['analysts']));
  });

  test('that is somebody else’s stays as it is, and is not dropped when the failed one goes', async () => {
    const theirs = { database: 'theirs', options: '{}', users: new Set<string>() };
    redshift.schemas.set('lake', theirs);
    await expect(request('Create')).rejects.toThrow('SchemaExists: the schema "lake" is there and shows "theirs"');
    await request('Delete', {}, { PhysicalResourceId: 'request-1' });
    expect(redshift.schemas.get('lake')).toBe(theirs);
    redshift.schemas.set('lake', { users: new Set() });
    await expect(request('Create')).rejects.toThrow('shows no database of the catalog');
    expect(redshift.changes).toEqual([]);
  });

  const updated = (changed: Record<string, unknown>) =>
    request('Update', changed, { RequestId: 'request-2', PhysicalResourceId: ID, OldResourceProperties: PROPERTIES });

  test('gets another role without being made again', async () => {
    await request('Create');
    redshift.changes.length = 0;
    await updated({ RoleArn: `${ROLE}-2` });
    expect(redshift.changes[0]).toBe(`ALTER EXTERNAL SCHEMA "lake" IAM_ROLE '${ROLE}-2'`);
    expect(redshift.changes.join()).not.toContain('DROP');
  });

  test('shows another database when it is told to', async () => {
    await request('Create');
    await updated({ CatalogDatabase: 'marts' });
    expect(redshift.schemas.get('lake')).toMatchObject({ database: 'marts', users: new Set(['analysts']) });
  });

  test('is taken from a role that is no longer named; the role stays', async () => {
    await request('Create');
    await updated({ UsageRoles: [] });
    expect(redshift.schemas.get('lake')?.users).toEqual(new Set());
    expect(redshift.roles).toEqual(new Set(['analysts']));
  });

  test('under another name is another one: the former is dropped by CloudFormation’s Delete', async () => {
    await request('Create');
    const { physicalResourceId } = await updated({ Schema: 'lake2' });
    expect(physicalResourceId).toBe('warehouse/dev/lake2');
    await request('Delete', {}, { RequestId: 'request-3', PhysicalResourceId: ID });
    expect([...redshift.schemas.keys()]).toEqual(['lake2']);
  });

  test('is dropped when it goes, and not asked for again; one that shows something else by now stays', async () => {
    await request('Create');
    const gone = { RequestId: 'request-2', PhysicalResourceId: ID };
    await request('Delete', {}, gone);
    expect(redshift.schemas.size).toBe(0);
    await request('Delete', {}, { ...gone, RequestId: 'request-3' });
    redshift.schemas.set('lake', { database: 'theirs', users: new Set() });
    await request('Delete', {}, { ...gone, RequestId: 'request-4' });
    expect(redshift.schemas.size).toBe(1);
  });

  test('goes without a word when its workgroup has gone before it', async () => {
    redshift.gone = true;
    await expect(request('Delete', {}, { PhysicalResourceId: ID })).resolves.toEqual({ physicalResourceId: ID });
  });
});

test('a statement that doesn’t end is cancelled in time', async () => {
  redshift.endless = true;
  await expect(request('Create')).rejects.toThrow(/^TimedOut: statement statement-0 is STARTED/);
  expect(redshift.cancelled).toBe(true);
});

test('names and texts are quoted', async () => {
  await request('Create', { CatalogDatabase: "o'clock", UsageRoles: [] });
  expect(redshift.changes[0]).toContain("DATABASE 'o''clock'");
});
