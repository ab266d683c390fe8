import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { Statement } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import { metadataText } from '../../../engines/sql/types/text';
import type { ApiShape } from '../../api-shape';
import type { Caller, LakeContext } from '../../service';
import { LakeGuard } from '../access/guard';
import { type ParsedStatement, parseParameters, parseText } from '../statements/statement';
import type { LakeEngine } from './engine';
import { queryText } from './query-request';

/** What the local engine makes of a statement, without running it. */
export interface QueryExplanation {
  /** `query statement`, `insert`, `create table` …: what the statement was read as. */
  readonly statement?: string;
  /** The result's columns with Trino's types; empty where there is no query in the statement. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** The DuckDB SQL that would run. */
  readonly sql?: string;
  /** `database.table` of each table that is read. */
  readonly reads: readonly string[];
  /** Functions whose answer may be another than Athena's, because the configuration accepts that. */
  readonly approximate?: readonly string[];
  /** What the scans would read of files. */
  readonly scan: { readonly files: number; readonly bytes: number };
  /** Why it wouldn't run. `NOT_COVERED`: Athena may well answer, the local engine doesn't. */
  readonly refusal?: {
    readonly name: string;
    readonly reason: string;
    readonly line?: number;
    readonly column?: number;
  };
}

/** Parses, analyzes and translates a statement. Text tables that were never read are, for their files become Parquet first. */
export async function explainQuery(
  lake: LakeContext,
  engine: LakeEngine,
  input: ApiShape,
  caller: Caller,
): Promise<QueryExplanation> {
  const text = queryText(input);
  const meter = { bytes: 0, files: 0, rows: 0 };
  const nothing = { columns: [], reads: [], scan: { files: 0, bytes: 0 } };
  let parsed: ParsedStatement | undefined;
  try {
    parsed = parseText(text);
    const statement = parsed.statement.kind;
    const query = parsed.side === 'query' ? queryOf(parsed.statement) : undefined;
    if (parsed.side === 'ddl' || !query) return { statement, ...nothing };
    const { reader } = await engine.open();
    const now = lake.clock.now();
    const guard = LakeGuard.of(lake, caller);
    const session = {
      catalog: reader.session(now, meter, guard),
      ...(input.QueryExecutionContext?.Database && { schema: String(input.QueryExecutionContext.Database) }),
      timeZone: 'UTC',
      now,
      queryId: 'explain',
      user: caller.principal,
      acceptApproximation: lake.config.sql.acceptApproximation,
    };
    const translated = await translate(query, session, {
      parameterCount: parsed.statement.parameters,
      parameters: parseParameters((input.ExecutionParameters ?? []).map(String)),
    });
    return {
      statement,
      columns: translated.columns.map(({ name, type }) => ({ name, type: metadataText(type) })),
      // It would say what the filters are.
      ...(!guard?.readsPart && { sql: translated.sql }),
      reads: translated.reads.map(({ schema, table }) => `${schema}.${table}`),
      scan: { files: meter.files, bytes: meter.bytes },
      ...(translated.approximate.length > 0 && { approximate: translated.approximate }),
    };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const reason = error instanceof NotCoveredError ? error.what : error.message;
    const refusal = { name: error.errorName, reason, ...error.position };
    return { ...(parsed && { statement: parsed.statement.kind }), ...nothing, refusal };
  }
}

const queryOf = (statement: Statement) => ('query' in statement ? statement.query : undefined);
