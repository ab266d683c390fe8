import type { ParsedStatement } from '../statements/statement';
import type { Execution } from './execution';
import type { QueryHistory } from './history';

/**
 * The latest result of the same query that is young enough.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html
 */
export function findReusable(history: QueryHistory, wanted: Execution, parsed: ParsedStatement): Execution | undefined {
  const { reuse } = wanted;
  if (!reuse?.Enabled || parsed.side !== 'query' || parsed.statement.kind !== 'query statement') return undefined;
  const oldest = wanted.submitted - (reuse.MaxAgeInMinutes ?? 60) * 60;
  return history
    .list()
    .find(
      (former) =>
        former.state === 'SUCCEEDED' &&
        !former.reused &&
        former.substatement === 'SELECT' &&
        (former.completed ?? 0) >= oldest &&
        sameText(former, wanted),
    );
}

/** Who asks is part of it: another caller may see other rows. */
const sameText = (a: Execution, b: Execution): boolean =>
  a.query.trim() === b.query.trim() &&
  a.workGroup === b.workGroup &&
  a.database === b.database &&
  a.catalog === b.catalog &&
  a.principal === b.principal &&
  JSON.stringify(a.parameters ?? []) === JSON.stringify(b.parameters ?? []);

/** The query is done without running: its result is the former one's file. */
export function reuseResult(execution: Execution, former: Execution, now: number): void {
  execution.state = 'SUCCEEDED';
  execution.completed = now;
  execution.reused = true;
  execution.outputLocation = former.outputLocation;
  execution.columns = former.columns;
  execution.approximate = former.approximate;
  execution.header = former.header;
  execution.statementType = former.statementType;
  execution.substatement = former.substatement;
  execution.rowsOut = former.rowsOut;
  execution.bytesOut = former.bytesOut;
  execution.times = { queue: 1, planning: 1, engine: 1, total: 2 };
}
