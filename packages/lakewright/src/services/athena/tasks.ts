import { type Operation, ServiceError, type TaskCall, type TaskIntegration } from '../service';
import { describeExecution } from './operations/query-executions';
import type { QueryService } from './queries/query-service';

/** Step Functions' optimized integrations: members in Pascal case, times as ISO texts are up to Step Functions. */
export function athenaTasks(
  queries: QueryService,
  operations: Readonly<Record<string, Operation>>,
): Record<string, TaskIntegration> {
  const call =
    (operation: string): TaskIntegration =>
    async (parameters, task) => ({
      output: await operations[operation]?.(parameters, task.caller),
    });
  return {
    'athena:startQueryExecution': call('StartQueryExecution'),
    'athena:stopQueryExecution': call('StopQueryExecution'),
    'athena:getQueryExecution': call('GetQueryExecution'),
    'athena:getQueryResults': call('GetQueryResults'),
    'athena:startQueryExecution.sync': (parameters, task) => runQuery(queries, parameters, task),
  };
}

/** Waits for the query; the state fails unless it succeeded. */
const runQuery = async (
  queries: QueryService,
  parameters: Parameters<TaskIntegration>[0],
  task: TaskCall,
): ReturnType<TaskIntegration> => {
  const { id } = await queries.start(parameters, task.caller);
  task.submitted?.({ QueryExecutionId: id });
  const execution = await queries.finished(id, task.signal);
  if (execution.state !== 'SUCCEEDED') {
    // Step Functions fails a `.sync` task with this error, and the execution as its cause.
    throw new ServiceError('States.TaskFailed', JSON.stringify({ QueryExecution: describeExecution(execution) }));
  }
  const wrote = execution.manifest !== undefined || execution.substatement === 'SELECT';
  return {
    output: { QueryExecution: describeExecution(execution) },
    measures: {
      rowsIn: execution.rowsIn,
      rowsOut: wrote ? execution.rowsOut : null,
      filesIn: execution.scannedFiles,
      tables: execution.tables,
    },
  };
};
