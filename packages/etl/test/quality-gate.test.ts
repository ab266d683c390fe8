import { Dataset } from '@lakewright/catalog';
import { Duration, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as events from 'aws-cdk-lib/aws-events';
import jsonata from 'jsonata';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { AthenaSql, AthenaTransform, OnFailure, QualityGate, type QualityGateProps, QualityResults } from '../src';
import { athenaLake, type StateJson, statesOf } from './athena-support';
import { nagFindings, PolicyEvaluator } from './support';

function gate(props: Partial<QualityGateProps> = {}, into?: Stack) {
  const all = athenaLake(into);
  const quality = new QualityGate(all.stack, 'Gate', {
    dataset: props.transform ? undefined : all.flights,
    rules: ['IsComplete "origin"', 'RowCount > 1000'],
    ...props,
  });
  return { ...all, quality };
}

function versionGate(into?: Stack) {
  const all = athenaLake(into);
  const { stack, catalog, workgroup } = all;
  const transform = new AthenaTransform(stack, 'Delays', {
    database: catalog.datasets,
    tableName: 'delays',
    workgroup,
    sql: AthenaSql.fromText('SELECT 1 AS one'),
  });
  const results = new QualityResults(stack, 'Results', { database: catalog.datasets });
  const quality = new QualityGate(stack, 'Gate', { transform, results, rules: ['RowCount > 0'] });
  return { ...all, transform, results, quality };
}

/** What a state's field says, with the values that it sees. */
const evaluated = (text: unknown, input: unknown, bindings: object = {}) =>
  jsonata(String(text).replace(/^\{% | %\}$/g, '')).evaluate(input, {
    states: {
      input,
      context: { Execution: { StartTime: '2026-03-01T03:00:00Z' }, State: { EnteredTime: '2026-03-01T03:05:00Z' } },
    },
    ...bindings,
  });

const RULES = [
  { Description: 'IsComplete "origin"', Result: 'PASS', EvaluatedMetrics: { 'Column.origin.Completeness': 1 } },
  { Description: 'RowCount > 1000', Result: 'FAIL', EvaluationMessage: 'Value: 3.0 does not …', EvaluatedMetrics: {} },
];

describePipelineTask('QualityGate', (stack) => gate({}, stack).quality);
describePipelineTask('QualityGate on a version, with results', (stack) => versionGate(stack).quality);

describe('defaults', () => {
  test('the rules are a ruleset of the table', () => {
    const { stack } = gate();
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::DataQualityRuleset', {
      Ruleset: 'Rules = [\n  IsComplete "origin",\n  RowCount > 1000\n]',
      TargetTable: { DatabaseName: 'raw', TableName: 'flights' },
    });
  });

  test('an evaluation is started once, waited for, and a broken rule stops the run with all that is wrong', async () => {
    const { stack, quality } = gate();
    const states = statesOf(stack, quality);
    const { RulesetNames, DataSource } = (states['Task0 Start'] as StateJson).Arguments as Record<string, unknown>;
    expect(RulesetNames).toHaveLength(1);
    expect(DataSource).toEqual({ GlueTable: { DatabaseName: 'raw', TableName: '{% "flights" %}' } });
    const stop = states['Task0 Stopped'] as StateJson;
    expect(stop.Error).toBe('QualityGateFailed');
    expect(await evaluated(stop.Cause, { rules: RULES })).toBe(
      'flights: 1 of 2 rules broken: RowCount > 1000: Value: 3.0 does not …',
    );
    const [kept] = (states['Task0 Rules kept?'] as StateJson).Choices as { Condition: string; Next: string }[];
    expect(await evaluated(kept?.Condition, { rules: RULES })).toBe(false);
    expect(await evaluated(kept?.Condition, { rules: RULES.slice(0, 1) })).toBe(true);
  });

  test('an evaluation that did not end well is a failure of its own', async () => {
    const { stack, quality } = gate();
    const states = statesOf(stack, quality);
    const failed = states['Task0 Not evaluated'] as StateJson;
    expect(await evaluated(failed.Cause, { status: 'FAILED', reason: 'no table' })).toBe(
      'the evaluation ended as FAILED: no table',
    );
    const looked = await jsonata(String((states['Task0 Look'] as StateJson).Output).slice(3, -3)).evaluate(
      {},
      {
        states: { result: { Status: 'RUNNING', ResultIds: [] } },
      },
    );
    expect(looked).toEqual({ status: 'RUNNING' }); // what isn't there yet doesn't fail the state
    const [, goesOn] = (states['Task0 Ended?'] as StateJson).Choices as { Condition: string; Next: string }[];
    expect([goesOn?.Next, await evaluated(goesOn?.Condition, { status: 'RUNNING' })]).toEqual(['Task0 Wait', true]);
  });

  test('the evaluation reads this table and no other; who starts it reads none', () => {
    const { stack, storage, quality } = gate();
    const access = PolicyEvaluator.of(stack);
    const raw = (key: string) => storage.raw.bucket.arnForObjects(key);
    const reads = (role: typeof quality.role, key: string) => access.decide(role, 's3:GetObject', raw(key));
    expect([reads(quality.role, 'flights/x'), reads(quality.role, 'customers/x')]).toEqual(['allowed', 'denied']);
    expect(reads(quality.taskRole, 'flights/x')).toBe('denied');
    expect(access.decide(quality.role, 's3:PutObject', raw('flights/x'))).toBe('denied');
    const { rulesetArn } = quality;
    expect(access.text(rulesetArn)).toContain(':dataQualityRuleset/'); // policies are case-sensitive
    const starts = (arn: string) => access.decide(quality.taskRole, 'glue:StartDataQualityRulesetEvaluationRun', arn);
    expect([starts(rulesetArn), starts(`${rulesetArn}2`)]).toEqual(['allowed', 'denied']);
    const passes = (service: string) =>
      access.decide(quality.taskRole, 'iam:PassRole', quality.role.roleArn, { 'iam:PassedToService': service });
    expect([passes('glue.amazonaws.com'), passes('ec2.amazonaws.com')]).toEqual(['allowed', 'denied']);
    expect(
      access.decide(quality.taskRole, 'iam:PassRole', quality.taskRole.roleArn, {
        'iam:PassedToService': 'glue.amazonaws.com',
      }),
    ).toBe('denied');
  });

  test('its ids are pinned', () => {
    const { stack } = gate();
    const { Resources } = Template.fromStack(stack).toJSON();
    expect(Object.keys(Resources).filter((id) => id.startsWith('Gate'))).toEqual([
      'GateRuleset47028162',
      'GateRole09C27CA4',
      'GateRoleDefaultPolicyB8E6CFF9',
      'GateTaskRole5911EAC1',
      'GateTaskRoleDefaultPolicy5B4564DB',
    ]);
  });
});

describe('overrides', () => {
  test('a warning is written down, and the run goes on', async () => {
    const { stack, quality } = gate({ onFailure: OnFailure.warn(), timeout: Duration.minutes(20) });
    const states = statesOf(stack, quality);
    expect(states['Task0 Stopped']).toBeUndefined();
    const { Output } = states['Task0 Broken, and only noted'] as StateJson;
    const { broken } = Output as { broken: string };
    expect(await evaluated(broken, { rules: RULES })).toBe('RowCount > 1000: Value: 3.0 does not …');
    expect((states['Task0 Start'] as StateJson).Arguments).toMatchObject({ Timeout: 20 });
  });

  test('the version of a transformation is looked at before it is published', () => {
    const { stack, storage, quality } = versionGate();
    const { DataSource } = (statesOf(stack, quality)['Task0 Start'] as StateJson).Arguments as Record<string, unknown>;
    expect(DataSource).toMatchObject({ GlueTable: { TableName: '{% "delays_" & $run %}' } });
    const access = PolicyEvaluator.of(stack);
    const may = (action: string, key: string) =>
      access.decide(quality.role, action, storage.datasets.bucket.arnForObjects(key));
    expect([may('s3:GetObject', 'delays/x'), may('s3:PutObject', 'delays/x'), may('s3:GetObject', 'other/x')]).toEqual([
      'allowed',
      'denied',
      'denied',
    ]);
  });

  test('each rule is a row of the results, the same object if a run is repeated', async () => {
    const { stack, quality } = versionGate();
    const { Key, Body } = (statesOf(stack, quality)['Task0 Keep result'] as StateJson).Arguments as Record<
      string,
      string
    >;
    expect(await evaluated(Key, {}, { run: '0a1b' })).toBe('quality_results/day=2026-03-01/Gate-0a1b.json');
    const input = { rules: RULES, score: 0.5, id: 'dqresult-1' };
    const lines = String(await evaluated(Body, input, { run: '0a1b' }))
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        gate: 'Gate',
        run_id: '0a1b',
        table_name: 'delays_0a1b',
        rule: 'IsComplete "origin"',
        outcome: 'PASS',
        score: 0.5,
      },
      {
        outcome: 'FAIL',
        message: 'Value: 3.0 does not …',
        result_id: 'dqresult-1',
        evaluated_at: '2026-03-01T03:05:00Z',
      },
    ]);
  });

  test('the results are a table that queries find by day, without a crawler', () => {
    const { stack, results } = versionGate();
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        Name: 'quality_results',
        Parameters: { 'projection.enabled': 'true', 'projection.day.type': 'date', classification: 'json' },
      },
    });
    expect(results.dataset.location?.prefix).toBe('quality_results');
  });

  test('whoever has it evaluated, broken rules can start something', () => {
    const { stack, quality } = gate();
    quality.onBroken('Broken', {
      target: { bind: () => ({ arn: 'arn:aws:sns:eu-west-1:111111111111:t' }) } as events.IRuleTarget,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.glue-dataquality'], detail: { state: ['FAILED'] } },
    });
  });
});

describe('supplied', () => {
  test('tables that rules refer to are read, too', () => {
    const { stack, storage, catalog } = athenaLake();
    const airports = Dataset.of(catalog.raw, 'airports');
    const quality = new QualityGate(stack, 'Gate', {
      dataset: Dataset.of(catalog.raw, 'flights'),
      references: [airports],
      rules: ['ReferentialIntegrity "origin" "raw.airports.iata" = 1.0'],
    });
    const may = (key: string) =>
      PolicyEvaluator.of(stack).decide(quality.role, 's3:GetObject', storage.raw.bucket.arnForObjects(key));
    expect([may('airports/x'), may('other/x')]).toEqual(['allowed', 'denied']);
  });
});

describe('rules', () => {
  test.each([
    'IsComplete "a"',
    'Completeness "a" > 0.9 where "b is not null"',
    'ColumnValues "a" in ["x", "y", NULL] with threshold > 0.8',
    'ColumnValues "a" between 1 and 5',
    'ColumnValues "load_date" > (now() - 3 days)',
    '(IsComplete "a") and (IsUnique "a")',
    '(RowCount > 0) or ((IsComplete "a") and (ColumnValues "a" between 1 and 5))',
    'CustomSql "select count(*) from primary where a = \'(\'" > 1',
    'FileFreshness "s3://b/" > (now() - 24 hours) with timeZone = "Europe/Paris"',
  ])('%s', (rule) => {
    expect(() => gate({ rules: [rule] })).not.toThrow();
  });

  test.each<[string, RegExp]>([
    ['', /column 1: it is empty/],
    ['iscomplete "a"', /column 1: "iscomplete" is no rule type: IsComplete is one/],
    ['IsComplete "a', /column 12: the quote isn't closed/],
    ['ColumnValues "a" in [1, 2', /column 21: the "\[" isn't closed/],
    ['(RowCount > 1', /the "\(" of column 1 isn't closed/],
    ['RowCount > 1)', /column 13: "\)" isn't expected/],
    ['RowCount > 1 and (IsUnique "a")', /connects stand in parentheses/],
    ['IsComplete "a", IsUnique "a"', /column 15: one rule a text/],
    ['RowCount > avg(last(3))', /last\(\) is known in Glue jobs only/],
    ['DetectAnomalies "RowCount"', /DetectAnomalies is known in Glue jobs only/],
  ])('refused: %s', (rule, reason) => {
    expect(() => gate({ rules: [rule] })).toThrow(reason);
    expect(() => gate({ rules: [rule] })).toThrow(/^InvalidRule: /);
  });
});

test.each<[string, (stack: ReturnType<typeof athenaLake>) => Partial<QualityGateProps>]>([
  ['NoRules', () => ({ rules: [] })],
  ['DatasetOrTransform', () => ({ dataset: undefined })],
  ['QuarantineTooLate', () => ({ onFailure: OnFailure.quarantine() })],
])('refused: %s', (code, props) => {
  expect(() => gate(props(athenaLake()))).toThrow(new RegExp(`^${code}: .+ → .+ → .+`));
});

test('cdk-nag finds nothing in a gate that is not acknowledged with its reason', () => {
  const { stack } = versionGate();
  const found = nagFindings(stack.node.root as never).filter((finding) => /Gate|Results/.test(finding));
  expect(found).toEqual([]);
});
