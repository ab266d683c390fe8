import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import type { RunChoice, RunModel, RunStart } from '../contract';
import type { RunReader } from './run-reader';

/** Starts a pipeline with the input `{}`, as `lakewright run` does, or at one of its tasks. */
export async function startRun(
  lake: LocalLake,
  reader: RunReader,
  { pipeline: id, from }: RunStart,
): Promise<RunModel> {
  const pipeline = reader.pipeline(id);
  const { arn } = pipeline.machine;
  if (from !== undefined) reader.machines.states.startFrom(arn, from);
  else await lake.call('states', 'StartExecution', { stateMachineArn: arn });
  return (await reader.run(pipeline, (await reader.machines.executions(arn)).length)).graph.run;
}

/** Goes on with the states that didn't end well. */
export async function redriveRun(lake: LocalLake, reader: RunReader, choice: RunChoice): Promise<RunModel> {
  return await act(lake, reader, choice, 'RedriveExecution', {});
}

export async function stopRun(lake: LocalLake, reader: RunReader, choice: RunChoice): Promise<RunModel> {
  return await act(lake, reader, choice, 'StopExecution', { error: 'Stopped', cause: 'stopped in the console' });
}

async function act(
  lake: LocalLake,
  reader: RunReader,
  { pipeline: id, number }: RunChoice,
  operation: string,
  input: ApiShape,
): Promise<RunModel> {
  const pipeline = reader.pipeline(id);
  const { executionArn } = (await reader.run(pipeline, number)).execution;
  await lake.call('states', operation, { executionArn, ...input });
  return (await reader.run(pipeline, number)).graph.run;
}
