import { expect, test } from 'vitest';
import { glue } from '../../../src/services/glue';
import { LOCAL_ADMIN } from '../../../src/services/service';
import { ACCOUNT, resource, temporaryLake } from '../../server/temporary-lake';

const RULES = 'Rules = [ IsComplete "id", (RowCount > 1) or (ColumnValues "a" in ["x", "y,z"]) ]';

async function quality(resources: Parameters<typeof temporaryLake>[0] = {}) {
  const lake = await temporaryLake({ services: [glue], ...resources });
  return { lake, call: (operation: string, input: object) => lake.call('glue', operation, input) };
}

test('rulesets are made, read, changed, listed with the number of their rules, and deleted', async () => {
  const { call } = await quality();
  const TargetTable = { DatabaseName: 'db', TableName: 't' };
  expect(await call('CreateDataQualityRuleset', { Name: 'gate', Ruleset: RULES, TargetTable })).toEqual({
    Name: 'gate',
  });
  await expect(call('CreateDataQualityRuleset', { Name: 'gate', Ruleset: RULES })).rejects.toThrow('already exists');
  expect(await call('GetDataQualityRuleset', { Name: 'gate' })).toMatchObject({
    Name: 'gate',
    Ruleset: RULES,
    TargetTable,
  });
  await call('UpdateDataQualityRuleset', { Name: 'gate', Description: 'why' });
  const { Rulesets } = await call('ListDataQualityRulesets', { Filter: { TargetTable } });
  expect(Rulesets).toMatchObject([{ Name: 'gate', Description: 'why', RuleCount: 2 }]);
  expect(Rulesets[0].Ruleset).toBeUndefined();
  expect(await call('ListDataQualityRulesets', { Filter: { Name: 'other' } })).toEqual({ Rulesets: [] });
  await call('DeleteDataQualityRuleset', { Name: 'gate' });
  await expect(call('GetDataQualityRuleset', { Name: 'gate' })).rejects.toMatchObject({
    code: 'EntityNotFoundException',
  });
});

test("a ruleset of the template is there after each run, and an unchanged one isn't touched", async () => {
  const ruleset = resource('AWS::Glue::DataQualityRuleset', 'Gate', { properties: { Name: 'gate', Ruleset: RULES } });
  const { lake, call } = await quality({ resources: [ruleset] });
  const apply = lake.service('glue').resources['AWS::Glue::DataQualityRuleset']?.apply;
  await apply?.(ruleset);
  const first = await call('GetDataQualityRuleset', { Name: 'gate' });
  await apply?.(ruleset);
  expect(await call('GetDataQualityRuleset', { Name: 'gate' })).toEqual(first);
});

test('what an evaluation needs is asked before it starts', async () => {
  const { call } = await quality();
  await call('CreateDataQualityRuleset', { Name: 'gate', Ruleset: RULES });
  const start = (input: object) =>
    call('StartDataQualityRulesetEvaluationRun', {
      DataSource: { GlueTable: { DatabaseName: 'db', TableName: 'nowhere' } },
      Role: `arn:aws:iam::${ACCOUNT}:role/r`,
      RulesetNames: ['gate'],
      ...input,
    });
  await expect(start({})).rejects.toMatchObject({ code: 'EntityNotFoundException' });
  await expect(start({ RulesetNames: ['other'] })).rejects.toThrow('Cannot find Data Quality Ruleset with name: other');
  await expect(start({ RulesetNames: [] })).rejects.toMatchObject({ code: 'InvalidInputException' });
  await expect(start({ DataSource: { DataQualityGlueTable: {} } })).rejects.toThrow('Lakewright');
  await expect(call('GetDataQualityRulesetEvaluationRun', { RunId: 'x' })).rejects.toThrow('Cannot find Data Quality');
});

test("what a Glue job's evaluation tells is a result, an event, and what last() reads", async () => {
  const { lake, call } = await quality();
  const events: unknown[] = [];
  lake.events.subscribe((event) => events.push(event));
  const place = { JobName: 'convert', EvaluationContext: 'node' };
  for (const rows of [3, 5]) {
    await call('LakewrightDataQuality', { Action: 'Remember', ...place, Statistics: { 'Dataset.*.RowCount': rows } });
  }
  expect(await call('LakewrightDataQuality', { Action: 'Statistics', ...place })).toEqual({
    Statistics: { 'Dataset.*.RowCount': [5, 3] },
  });
  const RuleResults = [
    { Name: 'Rule_1', Result: 'PASS' },
    { Name: 'Rule_2', Result: 'FAIL' },
  ];
  await call('LakewrightDataQuality', {
    Action: 'Publish',
    ...place,
    Result: { RuleResults, Score: 0.5, StartedOn: 1 },
  });
  const { Results } = await call('ListDataQualityResults', { Filter: { JobName: 'convert' } });
  expect(await call('GetDataQualityResult', { ResultId: Results[0].ResultId })).toMatchObject({
    Score: 0.5,
    RuleResults,
  });
  expect(events).toMatchObject([
    {
      source: 'aws.glue-dataquality',
      'detail-type': 'Data Quality Evaluation Results Available',
      detail: {
        context: { contextType: 'GLUE_JOB', jobName: 'convert' },
        state: 'FAILED',
        score: 0.5,
        numRulesFailed: 1,
      },
    },
  ]);
});

test('a result is seen by who may see its ruleset', async () => {
  const allow = (name: string, ruleset: string) =>
    resource('AWS::IAM::Role', name, {
      arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      path: `Lake/${name}/Resource`,
      properties: {
        Policies: [
          {
            PolicyName: 'Own',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'glue:GetDataQualityResult',
                  Resource: `arn:aws:glue:eu-west-1:${ACCOUNT}:dataQualityRuleset/${ruleset}`,
                },
              ],
            },
          },
        ],
      },
    });
  const { lake, call } = await quality({ resources: [allow('Mine', 'gate'), allow('Other', 'other')] });
  const Result = { RuleResults: [], Score: 1, StartedOn: 1, RulesetName: 'gate' };
  await call('LakewrightDataQuality', { Action: 'Publish', EvaluationContext: 'x', Result });
  const { Results } = await call('ListDataQualityResults', {});
  const as = (principal: string) =>
    lake.call('glue', 'GetDataQualityResult', { ResultId: Results[0].ResultId }, { ...LOCAL_ADMIN, principal });
  expect(await as('Mine')).toMatchObject({ RulesetName: 'gate' });
  await expect(as('Other')).rejects.toMatchObject({ code: 'AccessDeniedException' });
});
