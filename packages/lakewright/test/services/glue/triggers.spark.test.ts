import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { fireDue } from '../../../src/services/events';
import { missing, titled } from '../../engines/spark/spark-lake';
import { JobLake } from './job-lake';

const WRITES = `
import boto3, sys
name = sys.argv[sys.argv.index("--JOB_NAME") + 1]
run = sys.argv[sys.argv.index("--WORKFLOW_RUN_ID") + 1] if "--WORKFLOW_RUN_ID" in sys.argv else ""
boto3.client("s3").put_object(Bucket="lake", Key=f"did/{name}", Body=run.encode())
if "--fail" in sys.argv:
    sys.exit(1)
`;

describe.skipIf(missing)(titled('Glue triggers'), () => {
  let jobs: JobLake;
  const did = async () => (await jobs.spark.keys('did/')).map((key) => key.slice('did/'.length));
  const trigger = (Name: string, Type: string, Actions: ApiShape[], rest: ApiShape = {}) =>
    jobs.call('CreateTrigger', { Name, Type, Actions, StartOnCreation: Type !== 'ON_DEMAND', ...rest });
  const after = (...conditions: [string, string][]) => ({
    Logical: 'AND',
    Conditions: conditions.map(([JobName, State]) => ({ LogicalOperator: 'EQUALS', JobName, State })),
  });

  beforeAll(async () => {
    jobs = await JobLake.open();
    for (const name of ['a', 'b', 'both', 'failed', 'daily', 'w1', 'w2', 'w3'])
      await jobs.job(name, WRITES, { Command: { Name: 'pythonshell' } });
  });
  afterAll(() => jobs?.close());

  test('start jobs on demand, and others when all that they wait for has ended so', async () => {
    await trigger('start', 'ON_DEMAND', [{ JobName: 'a' }, { JobName: 'b', Arguments: { '--fail': '' } }]);
    await trigger('when both', 'CONDITIONAL', [{ JobName: 'both' }], {
      Predicate: after(['a', 'SUCCEEDED'], ['b', 'FAILED']),
    });
    await trigger('never', 'CONDITIONAL', [{ JobName: 'failed' }], { Predicate: after(['b', 'SUCCEEDED']) });
    const failures: string[] = [];
    const end = jobs.lake.background.onOutcome(({ name, error }) => {
      if (error) failures.push(name);
    });
    await jobs.run('a');
    await jobs.lake.background.settled();
    expect(await did()).toEqual(['a']);
    await jobs.call('StartTrigger', { Name: 'start' });
    await jobs.lake.background.settled();
    expect(await did()).toEqual(['a', 'b', 'both']);
    expect(failures).toEqual(['b']);
    end();
    const [{ TriggerName }] = (await jobs.call('GetJobRuns', { JobName: 'both' })).JobRuns;
    expect(TriggerName).toBe('when both');
  });

  test('start jobs when the clock has come so far', async () => {
    await trigger('nightly', 'SCHEDULED', [{ JobName: 'daily' }], { Schedule: 'cron(0 3 * * ? *)' });
    const from = jobs.lake.clock.now();
    const fired = await fireDue(jobs.lake, from, new Date(from.getTime() + 2 * 86_400_000));
    expect(fired.map(({ name }) => name)).toEqual(['nightly', 'nightly']);
    expect((await jobs.call('GetJobRuns', { JobName: 'daily' })).JobRuns).toHaveLength(2);
    await jobs.call('StopTrigger', { Name: 'nightly' });
    const to = jobs.lake.clock.now();
    expect(await fireDue(jobs.lake, to, new Date(to.getTime() + 86_400_000))).toEqual([]);
  });

  test('make a workflow, whose run counts what it did', async () => {
    await jobs.call('CreateWorkflow', { Name: 'flow', DefaultRunProperties: { zone: 'raw' } });
    const WorkflowName = 'flow';
    await trigger('first', 'ON_DEMAND', [{ JobName: 'w1' }], { WorkflowName });
    await trigger('second', 'CONDITIONAL', [{ JobName: 'w2' }, { JobName: 'w3' }], {
      WorkflowName,
      Predicate: after(['w1', 'SUCCEEDED']),
    });
    const { RunId } = await jobs.call('StartWorkflowRun', { Name: 'flow', RunProperties: { day: '1' } });
    await jobs.lake.background.settled();
    const { Run } = await jobs.call('GetWorkflowRun', { Name: 'flow', RunId });
    expect(Run).toMatchObject({
      Status: 'COMPLETED',
      WorkflowRunProperties: { zone: 'raw', day: '1' },
      Statistics: { TotalActions: 3, SucceededActions: 3, RunningActions: 0 },
    });
    for (const job of ['w1', 'w2', 'w3']) expect(await jobs.text(`did/${job}`)).toBe(RunId);
  });
});
