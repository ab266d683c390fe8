import { actAs } from '../../../access/acting';
import { SqlError } from '../../../engines/sql/errors';
import { type LakeContext, ServiceError } from '../../service';
import { LakeGuard } from '../access/guard';
import { seconds } from '../input';
import type { PreparedStatements } from '../statements/prepared';
import type { StatementRun } from '../statements/run';
import { runStatement } from '../statements/statement';
import { parseLocation } from '../tables/data-files';
import { athenaError, sqlReason } from './athena-error';
import type { LakeEngine } from './engine';
import type { Execution } from './execution';
import { type ManagedResults, resultStore } from './managed-results';
import type { QueryRequest } from './query-request';
import { publishResult } from './result-files';
import { isEnforced } from './workgroups';

class ScanLimitError extends Error {}

/** Where queries run. */
export interface QueryHost {
  readonly lake: LakeContext;
  readonly engine: LakeEngine;
  readonly prepared: PreparedStatements;
  readonly managed: ManagedResults;
}

/** Runs one query to its end and fills in its record; never throws. */
export async function runQuery(
  host: QueryHost,
  execution: Execution,
  request: QueryRequest,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  let planned = started;
  const meter = { bytes: 0, files: 0, rows: 0 };
  try {
    const run = await prepareRun(host, execution, request, meter, signal, () => {
      planned = performance.now();
    });
    const arn = host.lake.access.principalOf(request.caller)?.arn;
    const outcome = await actAs(arn, () => runStatement(run, request.parsed, host.prepared));
    await publishResult(resultStore(host.lake, host.managed, execution), execution, outcome);
    execution.statementType = outcome.type;
    execution.substatement = outcome.substatement;
    execution.tables = outcome.tables ?? [];
    execution.rowsOut = outcome.rowsOut ?? 0;
    execution.bytesOut = outcome.bytesOut ?? 0;
    if (outcome.updateCount !== undefined) execution.updateCount = outcome.updateCount;
    execution.state = 'SUCCEEDED';
  } catch (error) {
    fail(execution, error, signal);
  }
  const total = performance.now() - started;
  execution.times = {
    queue: 1,
    planning: Math.max(1, Math.round(planned - started)),
    engine: Math.max(1, Math.round(total)),
    total: Math.max(2, Math.ceil(total) + 1),
  };
  // DDL and utility statements scan nothing, as clients expect.
  const reads = execution.statementType === 'DML' || execution.substatement === 'CREATE_TABLE_AS_SELECT';
  execution.scannedBytes = reads ? meter.bytes : 0;
  execution.scannedFiles = meter.files;
  execution.rowsIn = meter.rows;
  execution.completed = Math.max(execution.submitted, seconds(host.lake.clock.now()));
}

/** The record of a query that didn't succeed: cancelled by its caller or by the workgroup's limit, or failed. */
export function fail(execution: Execution, error: unknown, signal: AbortSignal): void {
  if (signal.aborted) {
    execution.state = 'CANCELLED';
    execution.reason = 'Query cancelled by user';
  } else if (error instanceof ScanLimitError) {
    execution.state = 'CANCELLED';
    execution.reason = 'Bytes scanned limit was exceeded';
  } else {
    execution.state = 'FAILED';
    execution.reason = reasonOf(error);
    execution.error = athenaError(error, execution.reason);
  }
}

async function prepareRun(
  { lake, engine, managed }: QueryHost,
  execution: Execution,
  { parameters, workGroup, caller }: QueryRequest,
  meter: StatementRun['meter'],
  signal: AbortSignal,
  onPlanned: () => void,
): Promise<StatementRun> {
  const { sql, tables, reader } = await engine.open();
  if (execution.catalog.toLowerCase() !== 'awsdatacatalog') {
    throw new SqlError('CATALOG_NOT_FOUND', `Catalog '${execution.catalog}' does not exist`);
  }
  const now = lake.clock.now();
  const guard = LakeGuard.of(lake, caller);
  if (!execution.managed) guard?.requireWrite(`${execution.output}${execution.id}`);
  const cutoff = workGroup.Configuration.BytesScannedCutoffPerQuery;
  return {
    lake,
    engine: sql,
    tables,
    icebergReader: reader.icebergReader,
    meter,
    guard,
    session: {
      catalog: reader.session(now, meter, guard),
      ...(execution.database !== undefined && { schema: execution.database }),
      timeZone: 'UTC',
      now,
      queryId: execution.id,
      user: execution.principal,
      acceptApproximation: lake.config.sql.acceptApproximation,
    },
    database: execution.database ?? 'default',
    queryId: execution.id,
    workGroup: workGroup.Name,
    ...(!execution.managed && { output: execution.output }),
    outputEnforced: isEnforced(workGroup) && !!workGroup.Configuration.ResultConfiguration?.OutputLocation,
    parameters,
    signal,
    stageResult: () => resultStore(lake, managed, execution).stageFile(parseLocation(execution.output).bucket),
    onTranslated: ({ approximate }) => {
      onPlanned();
      if (approximate.length > 0) execution.approximate = approximate;
      if (cutoff && meter.bytes > cutoff) throw new ScanLimitError();
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof SqlError) return sqlReason(error);
  if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
  return `GENERIC_INTERNAL_ERROR: ${error instanceof Error ? error.message : String(error)}`;
}
