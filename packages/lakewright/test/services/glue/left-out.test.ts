import { afterAll, beforeEach, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import type { BackgroundOutcome } from '../../../src/services/background';
import type { LakeEvent } from '../../../src/services/event-bus';
import { glue } from '../../../src/services/glue';
import { LOCAL_ADMIN, type TaskCall } from '../../../src/services/service';
import { ACCOUNT, type TestLake, temporaryLake } from '../../server/temporary-lake';

const Role = `arn:aws:iam::${ACCOUNT}:role/r`;
const TASK: TaskCall = {
  caller: LOCAL_ADMIN,
  signal: new AbortController().signal,
  executionArn: 'e',
  stateName: 's',
};

let lake: TestLake;
const saved = { ...process.env };
beforeEach(async () => {
  process.env.LAKEWRIGHT_PYTHON = '/nonexistent';
  process.env.LAKEWRIGHT_CACHE = '/nonexistent/cache';
  lake = await temporaryLake({ services: [glue] });
  lake.objects.createBucket('lake');
  await lake.objects.write('lake', 'job.py', 'print(1)\n');
});
afterAll(() => {
  for (const name of ['LAKEWRIGHT_PYTHON', 'LAKEWRIGHT_CACHE']) {
    if (saved[name] === undefined) delete process.env[name];
    else process.env[name] = saved[name];
  }
});

const call = (operation: string, input: ApiShape): Promise<ApiShape> => lake.call('glue', operation, input);
const job = (Name: string) =>
  call('CreateJob', {
    ...{ Name, Role, GlueVersion: '5.0', MaxRetries: 3 },
    Command: { Name: 'glueetl', ScriptLocation: 's3://lake/job.py', PythonVersion: '3' },
  });

test('a workflow ends: the job is stopped and told of once, what waits for it is skipped, nothing is tried again', async () => {
  const events: LakeEvent[] = [];
  const outcomes: BackgroundOutcome[] = [];
  lake.events.subscribe((event) => events.push(event));
  lake.background.onOutcome((outcome) => outcomes.push(outcome));
  for (const name of ['first', 'second', 'third']) await job(name);
  await call('CreateWorkflow', { Name: 'nightly' });
  const trigger = (Name: string, Type: string, JobName: string, after?: string) =>
    call('CreateTrigger', {
      ...{ Name, Type, WorkflowName: 'nightly', Actions: [{ JobName }], StartOnCreation: Type === 'CONDITIONAL' },
      ...(after && {
        Predicate: {
          Logical: 'AND',
          Conditions: [{ LogicalOperator: 'EQUALS', JobName: after, State: 'SUCCEEDED' }],
        },
      }),
    });
  await trigger('start', 'ON_DEMAND', 'first');
  await trigger('then', 'CONDITIONAL', 'second', 'first');
  await trigger('last', 'CONDITIONAL', 'third', 'second');
  const { RunId } = await call('StartWorkflowRun', { Name: 'nightly' });
  await lake.background.settled();
  expect(outcomes.map(({ name, error, leftOut }) => [name, error, leftOut?.need?.tool, leftOut?.reason])).toEqual([
    ['first', undefined, 'python', expect.stringMatching(/Python 3\.10 or 3\.11/)],
    ['second', undefined, undefined, 'first was left out'],
    ['third', undefined, undefined, 'first was left out'],
  ]);
  const { Run } = await call('GetWorkflowRun', { Name: 'nightly', RunId });
  expect(Run).toMatchObject({ Status: 'COMPLETED', Statistics: { TotalActions: 1, StoppedActions: 1 } });
  expect((await call('GetJobRuns', { JobName: 'first' })).JobRuns).toMatchObject([{ JobRunState: 'STOPPED' }]);
  expect(events.filter((event) => event['detail-type'] === 'Glue Job State Change')).toEqual([]);
});

test('a machine that polls a run learns that there is nothing to wait for', async () => {
  await job('polled');
  const { JobRunId } = await call('StartJobRun', { JobName: 'polled' });
  const look = lake.service('glue').tasks['aws-sdk:glue:getJobRun'];
  await expect(look?.({ JobName: 'polled', RunId: JobRunId }, TASK)).rejects.toMatchObject({
    code: 'LW_PYTHON_MISSING',
  });
});

test('an evaluation of rules is stopped without a result, and so learns who polls it', async () => {
  await call('CreateDatabase', { DatabaseInput: { Name: 'db' } });
  const columns = { Columns: [{ Name: 'id', Type: 'bigint' }], Location: 's3://lake/t/' };
  await call('CreateTable', { DatabaseName: 'db', TableInput: { Name: 't', StorageDescriptor: columns } });
  await call('CreateDataQualityRuleset', { Name: 'gate', Ruleset: 'Rules = [ IsComplete "id" ]' });
  const { RunId } = await call('StartDataQualityRulesetEvaluationRun', {
    ...{ DataSource: { GlueTable: { DatabaseName: 'db', TableName: 't' } }, Role, RulesetNames: ['gate'] },
  });
  const look = lake.service('glue').tasks['aws-sdk:glue:getDataQualityRulesetEvaluationRun'];
  await expect(look?.({ RunId }, TASK)).rejects.toMatchObject({ code: 'LW_PYTHON_MISSING' });
  expect(await call('GetDataQualityRulesetEvaluationRun', { RunId })).toMatchObject({
    Status: 'STOPPED',
    ErrorString: expect.stringMatching(/Python/),
  });
});
