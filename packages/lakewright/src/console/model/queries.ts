import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { resultsLocation } from '../../actions/query/results-bucket';
import { functionTable } from '../../engines/sql/functions';
import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import type { AthenaService } from '../../services/athena';
import { tokenOf } from '../../services/athena/input';
import type { Execution } from '../../services/athena/queries/execution';
import { parseLocation } from '../../services/athena/tables/data-files';
import { type Caller, ServiceError } from '../../services/service';
import {
  type FunctionList,
  PAGE_ROWS,
  type PersonaModel,
  type QueryHistoryModel,
  type QueryModel,
  type QueryPlan,
  type QueryRows,
  type QueryStart,
} from '../contract';
import { personasOf } from './personas';
import { offsetsOf } from './result-offsets';

/** Rows of one GetQueryResults. */
const CHUNK = 1_000;
/** Chunks of a result that are kept for who scrolls back. */
const KEPT_CHUNKS = 8;
const KEPT_QUERIES = 200;

interface Asked {
  readonly id: string;
  readonly persona: PersonaModel;
  readonly sql: string;
  readonly submitted: string;
  /** Athena's id; undefined where it refused to begin. */
  readonly executionId?: string;
  readonly refusal?: string;
  /** `tokens[n]` begins the result's chunk n. */
  readonly tokens: (string | undefined)[];
  readonly chunks: Map<number, { rows: (string | null)[][]; isLast: boolean }>;
}

/** Texts with which Athena says that the caller may not, not that the statement is wrong. */
const REFUSED = /insufficient (lake formation )?permission|not authorized to perform|access ?denied|AccessDenied/i;

/** Queries of the console: each in a persona's name, through the same operations that any client calls. */
export class Queries {
  private readonly asked = new Map<string, Asked>();

  public constructor(private readonly lake: LocalLake) {}

  public async start({ sql, persona: name, database }: QueryStart): Promise<QueryModel> {
    const persona = this.persona(name);
    const base = {
      id: randomUUID(),
      persona,
      sql,
      submitted: new Date().toISOString(),
      tokens: [undefined],
      chunks: new Map(),
    };
    let asked: Asked;
    if (persona.workgroup === null) {
      const text =
        'AccessDeniedException: You are not authorized to perform: athena:StartQueryExecution on the resource.';
      asked = { ...base, refusal: text };
    } else {
      try {
        const { QueryExecutionId } = (await this.lake.call(
          'athena',
          'StartQueryExecution',
          {
            ...{ QueryString: sql, WorkGroup: persona.workgroup },
            ...(database !== undefined && { QueryExecutionContext: { Database: database } }),
            ResultConfiguration: { OutputLocation: resultsLocation(this.lake) },
          },
          callerOf(persona),
        )) as ApiShape;
        asked = { ...base, executionId: QueryExecutionId };
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        asked = { ...base, refusal: `${error.code}: ${error.message}` };
      }
    }
    this.asked.set(asked.id, asked);
    const [oldest] = this.asked.keys();
    if (this.asked.size > KEPT_QUERIES && oldest !== undefined) this.asked.delete(oldest);
    return this.describe(asked);
  }

  /** As it is when it has ended, or a moment later while it runs. */
  public async poll(id: string): Promise<QueryModel> {
    const asked = this.find(id);
    if (asked.executionId !== undefined) {
      await this.lake.call(
        'athena',
        'GetQueryExecution',
        { QueryExecutionId: asked.executionId },
        callerOf(asked.persona),
      );
    }
    return this.describe(asked);
  }

  public async cancel(id: string): Promise<QueryModel> {
    const asked = this.find(id);
    if (asked.executionId !== undefined) {
      await this.lake.call(
        'athena',
        'StopQueryExecution',
        { QueryExecutionId: asked.executionId },
        callerOf(asked.persona),
      );
    }
    return this.describe(asked);
  }

  /** Rows of the result from one on: in the persona's name, as all of it. */
  public async rows(id: string, from: number): Promise<QueryRows> {
    const asked = this.find(id);
    const execution = this.execution(asked);
    if (execution?.state !== 'SUCCEEDED') return { from, rows: [], isLast: true };
    const header = execution.header ? 1 : 0;
    const rows: (string | null)[][] = [];
    let at = from + header;
    while (rows.length < PAGE_ROWS) {
      const chunk = await this.chunk(asked, Math.floor(at / CHUNK));
      const wanted = chunk.rows.slice(at % CHUNK, (at % CHUNK) + PAGE_ROWS - rows.length);
      const end = (at % CHUNK) + wanted.length;
      rows.push(...wanted);
      at += wanted.length;
      if (wanted.length === 0 || (chunk.isLast && end >= chunk.rows.length)) return { from, rows, isLast: true };
    }
    return { from, rows, isLast: false };
  }

  /** The result's file, as Athena wrote it. */
  public async file(id: string): Promise<Readable> {
    const asked = this.find(id);
    const location = this.execution(asked)?.outputLocation;
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location ?? '') ?? [];
    if (!bucket || !key) throw new ServiceError('NoResult', `the query ${id} has no result`, 404);
    const resources = [`arn:${this.lake.partition}:s3:::${bucket}/${key}`];
    this.lake.access.require(callerOf(asked.persona), { action: 's3:GetObject', resources });
    return await this.lake.objects.read(bucket, key);
  }

  public async plan({ sql, persona: name, database }: QueryStart): Promise<QueryPlan> {
    const persona = this.persona(name);
    const input = {
      QueryString: sql,
      ...(database !== undefined && { QueryExecutionContext: { Database: database } }),
    };
    const {
      reads = [],
      scan,
      sql: text,
      refusal,
    } = await (this.lake.service('athena') as AthenaService).explain(input, callerOf(persona));
    return {
      ...{ reads, files: scan?.files ?? 0, bytes: scan?.bytes ?? 0, sql: text ?? null },
      error: refusal ? `${refusal.name}: ${refusal.reason}` : null,
      filters: reads.flatMap((table: string) => this.filtersOf(persona, table)),
    };
  }

  /** The latest first: what the console asked, and what others did. */
  public history(): QueryHistoryModel {
    const own = new Map(
      [...this.asked.values()].flatMap((asked) => (asked.executionId ? [[asked.executionId, asked]] : [])),
    );
    const personas = personasOf(this.lake);
    const refused = [...this.asked.values()].filter(({ executionId }) => executionId === undefined);
    const others = (this.lake.service('athena') as AthenaService)
      .history()
      .slice(0, KEPT_QUERIES)
      .map((execution) => {
        const asked = own.get(execution.id);
        const persona = personas.find(
          ({ arn, name }) => name === execution.principal || arn.endsWith(`/${execution.principal}`),
        );
        return describe(execution, { id: asked?.id ?? execution.id, persona: persona?.name ?? execution.principal });
      });
    const all = [...others, ...refused.map((asked) => this.describe(asked))];
    return { queries: all.sort((a, b) => b.submitted.localeCompare(a.submitted)).slice(0, KEPT_QUERIES) };
  }

  public functions(): FunctionList {
    return { functions: [...new Set(functionTable().flatMap(({ name, aliases }) => [name, ...aliases]))].sort() };
  }

  private filtersOf({ name, kind, arn }: PersonaModel, table: string): { table: string; text: string }[] {
    if (kind === 'admin') return [];
    const [database = '', id = ''] = table.split('.');
    const principal = { kind: kind === 'user' ? 'user' : 'role', name: arn.split('/').at(-1) ?? name, arn } as const;
    const { select } = this.lake.access.permissions.table(principal, { database, table: id });
    return select.flatMap(({ name: filter, columns, rows }) => {
      const parts = [
        ...(columns === 'all' ? [] : [`columns ${[...columns].join(', ')}`]),
        ...(rows === undefined ? [] : [`where ${rows}`]),
      ];
      return parts.length === 0 ? [] : [{ table, text: `${filter}: ${parts.join(' · ')}` }];
    });
  }

  private async chunk(asked: Asked, index: number): Promise<{ rows: (string | null)[][]; isLast: boolean }> {
    const kept = asked.chunks.get(index);
    if (kept) return kept;
    if (index > asked.tokens.length) await this.findOffsets(asked);
    for (let at = Math.min(index, asked.tokens.length - 1); ; at++) {
      const token = asked.tokens[at];
      if (at > 0 && token === undefined) return { rows: [], isLast: true };
      const page: ApiShape = await this.lake.call(
        'athena',
        'GetQueryResults',
        { QueryExecutionId: asked.executionId, MaxResults: CHUNK, ...(token !== undefined && { NextToken: token }) },
        callerOf(asked.persona),
      );
      asked.tokens[at + 1] = page.NextToken;
      const rows = (page.ResultSet.Rows as ApiShape[]).map(({ Data }) =>
        (Data as ApiShape[]).map((cell) => (cell?.VarCharValue ?? null) as string | null),
      );
      const chunk = { rows, isLast: page.NextToken === undefined };
      asked.chunks.set(at, chunk);
      if (asked.chunks.size > KEPT_CHUNKS) asked.chunks.delete(asked.chunks.keys().next().value as number);
      if (at === index || chunk.isLast) return at === index ? chunk : { rows: [], isLast: true };
    }
  }

  /** Who jumps far ahead would wait for all that lies between: the file is read once for where its chunks begin. */
  private async findOffsets(asked: Asked): Promise<void> {
    const location = this.execution(asked)?.outputLocation;
    if (!location?.endsWith('.csv')) return;
    const { bucket, prefix } = parseLocation(location);
    const offsets = await offsetsOf(await this.lake.objects.read(bucket, prefix), CHUNK);
    asked.tokens.splice(0, Number.POSITIVE_INFINITY, undefined, ...offsets.slice(1).map(tokenOf));
  }

  private persona(name: string): PersonaModel {
    const personas = personasOf(this.lake);
    const found = personas.find((one) => one.name === name);
    if (found) return found;
    const known = personas.map((one) => one.name).join(', ');
    throw new ServiceError('NoSuchPersona', `"${name}" → nobody of the lake is called so → one of: ${known}`, 404);
  }

  private find(id: string): Asked {
    const found = this.asked.get(id);
    if (found) return found;
    throw new ServiceError('NoSuchQuery', `the query ${id} isn't known → it was asked before this server began`, 404);
  }

  private execution({ executionId }: Asked): Execution | undefined {
    return (this.lake.service('athena') as AthenaService).history().find(({ id }) => id === executionId);
  }

  private describe(asked: Asked): QueryModel {
    const { id, persona, sql, submitted, refusal = null } = asked;
    const execution = this.execution(asked);
    if (execution) return describe(execution, { id, persona: persona.name });
    const state = REFUSED.test(refusal ?? '') ? 'refused' : 'fail';
    const nothing = { columns: [], rows: null, seconds: 0, scanned: 0, position: positionOf(refusal) };
    return { id, persona: persona.name, sql, state, error: refusal, submitted, ...nothing };
  }
}

function describe(execution: Execution, who: { readonly id: string; readonly persona: string }): QueryModel {
  const { state, reason = null, query, columns, rowsOut, times, scannedBytes, submitted, outputLocation } = execution;
  const failed = REFUSED.test(reason ?? '') ? 'refused' : 'fail';
  const states = { QUEUED: 'run', RUNNING: 'run', SUCCEEDED: 'ok', CANCELLED: 'cancelled', FAILED: failed } as const;
  return {
    ...who,
    ...{ sql: query, state: states[state], error: reason, position: positionOf(reason) },
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: state === 'SUCCEEDED' && outputLocation !== undefined && columns.length > 0 ? rowsOut : null,
    ...{ seconds: times.total / 1000, scanned: scannedBytes, submitted: new Date(submitted * 1000).toISOString() },
  };
}

/** `line 4:8` in a message. */
function positionOf(text: string | null): QueryModel['position'] {
  const match = /\bline (\d+):(\d+)/.exec(text ?? '');
  return match ? { line: Number(match[1]), column: Number(match[2]) } : null;
}

const callerOf = ({ kind, arn, name }: PersonaModel): Caller => ({
  principal: kind === 'admin' ? name : (arn.split('/').at(-1) ?? name),
  requestId: 'console',
});
