import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { BatchLakeStack } from '../src/batch-lake-stack';
import { jsonata } from '../src/sql';

describe('BatchLakeStack', () => {
  const template = Template.fromStack(new BatchLakeStack(new App(), 'Test', { partnerBucket: 'partner' }));

  test('has a database for each zone', () => {
    for (const name of ['raw', 'converted', 'datasets']) {
      template.hasResourceProperties('AWS::Glue::Database', { DatabaseInput: Match.objectLike({ Name: name }) });
    }
  });

  test('has one crawler for each raw table', () => {
    template.resourceCountIs('AWS::Glue::Crawler', 4);
  });

  test('has one KMS key', () => {
    template.resourceCountIs('AWS::KMS::Key', 1);
  });

  test('gives its state machine no right on objects or tables outside of the lake and the partner bucket', () => {
    const policies = template.findResources('AWS::IAM::Policy', {
      Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^NightlyRole') }] },
    });
    const statements = Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(statements.length).toBeGreaterThan(5);
    const everywhere = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
    const actions = everywhere.flatMap(({ Action }) => [Action].flat());
    expect(actions.filter((action) => !/^(logs:|xray:|athena:List)/.test(action))).toEqual([]);
  });

  test('has an acyclic template without an access key or password', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/AKIA|password/i);
  });
});

describe('SQL in a state machine', () => {
  test('is a JSONata expression that puts run-time values between the texts', () => {
    expect(jsonata('SELECT "a" FROM {{raw}}.t_{{run}}', { raw: 'lake_raw' }, { run: '$run' })).toBe(
      '{% "SELECT \\"a\\" FROM " & "lake_raw" & ".t_" & $run %}',
    );
  });

  test('refuses a name without a value', () => {
    expect(() => jsonata('{{nothing}}', {}, {})).toThrow('no value for {{nothing}}');
  });
});
