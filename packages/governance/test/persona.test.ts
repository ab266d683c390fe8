import { DataLocation } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { describe, expect, test } from 'vitest';
import { Federation, Persona, PersonaKind } from '../src';
import { emptyStack, PolicyEvaluator, zoneBucket } from './personas.support';

const federation = Federation.identityCenter('Lake');
const GLUE = 'arn:aws:glue:eu-west-1:111111111111';

function lake(kind?: (raw: DataLocation, datasets: DataLocation) => PersonaKind) {
  const stack = emptyStack();
  const raw = DataLocation.of(zoneBucket(stack, 'Raw'));
  const datasets = DataLocation.of(zoneBucket(stack, 'Datasets'));
  const persona = new Persona(stack, 'Somebody', { federation, kind: kind?.(raw, datasets) });
  const may = (action: string, resource: string, context = {}): boolean =>
    PolicyEvaluator.of(stack).decide(persona, action, resource, context) === 'allowed';
  return { stack, raw, datasets, persona, may };
}

describe('defaults', () => {
  test('a persona is an analyst, for an hour, and its role is itself', () => {
    const { stack, persona } = lake();
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      Description: 'analyst of the data lake',
      MaxSessionDuration: 3600,
    });
    expect(persona.role).toBe(persona);
    expect(persona.kind.name).toBe('analyst');
  });

  test('the role has no name of its own, and its construct path is that of the persona', () => {
    const { stack, persona } = lake();
    const roles = Template.fromStack(stack).findResources('AWS::IAM::Role');
    expect(Object.keys(roles)).toEqual(['Somebody132EDFBE']);
    expect(Object.values(roles)[0]?.Properties.RoleName).toBeUndefined();
    expect(persona.node.defaultChild?.node.path).toBe('Lake/Somebody/Resource');
  });

  test('no template has a password or a key', () => {
    const { stack } = lake();
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/LoginProfile|AWS::IAM::AccessKey|Password/);
  });
});

describe('overrides', () => {
  test('session, boundary and description', () => {
    const stack = emptyStack();
    const permissionsBoundary = iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess');
    new Persona(stack, 'Somebody', {
      federation,
      permissionsBoundary,
      maxSessionDuration: Duration.hours(12),
      description: 'Marketing',
    });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      Description: 'Marketing',
      MaxSessionDuration: 43200,
      PermissionsBoundary: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/ReadOnlyAccess']] },
    });
  });
});

describe('analyst', () => {
  test('sees tags, and neither data nor definitions before it is granted something', () => {
    const { may, raw, datasets } = lake();
    expect(may('lakeformation:ListLFTags', '*')).toBe(true);
    expect(may('glue:GetDatabases', `${GLUE}:database/default`)).toBe(true);
    for (const { bucket } of [raw, datasets]) expect(may('s3:GetObject', bucket.arnForObjects('x'))).toBe(false);
    expect(may('glue:GetTable', `${GLUE}:table/raw/flights`)).toBe(false);
    expect(may('lakeformation:GrantPermissions', '*')).toBe(false);
    expect(may('lakeformation:GetDataAccess', '*')).toBe(false);
  });

  test('never reads what is denied, even where a later line grants it', () => {
    const { may, raw, datasets, persona } = lake((rawZone) => PersonaKind.analyst({ denied: [rawZone] }));
    raw.grants.read(persona);
    datasets.grants.read(persona);
    expect(may('s3:GetObject', raw.bucket.arnForObjects('flights/1.json'))).toBe(false);
    expect(may('s3:GetObjectVersion', raw.bucket.arnForObjects('flights/1.json'))).toBe(false);
    expect(may('s3:ListBucket', raw.bucket.bucketArn)).toBe(false);
    expect(may('s3:GetObject', datasets.bucket.arnForObjects('x'))).toBe(true);
  });

  test('what is denied is the prefix and not the bucket', () => {
    const { may, raw, persona } = lake((rawZone) => PersonaKind.analyst({ denied: [rawZone.location('people')] }));
    raw.grants.read(persona);
    expect(may('s3:GetObject', raw.bucket.arnForObjects('people/1'))).toBe(false);
    expect(may('s3:ListBucket', raw.bucket.bucketArn, { 's3:prefix': 'people/' })).toBe(false);
    expect(may('s3:GetObject', raw.bucket.arnForObjects('people-count/1'))).toBe(true);
    expect(may('s3:ListBucket', raw.bucket.bucketArn, { 's3:prefix': 'flights/' })).toBe(true);
  });
});

describe('engineer', () => {
  const { may, raw, datasets } = lake((reads, writes) =>
    PersonaKind.engineer({ reads: [reads], writes: [writes.location('marts')] }),
  );

  test('makes databases and tables, reads and writes where it works', () => {
    expect(may('glue:CreateDatabase', `${GLUE}:catalog`)).toBe(true);
    expect(may('glue:CreateTable', `${GLUE}:table/marts/x`)).toBe(true);
    expect(may('lakeformation:GetDataAccess', '*')).toBe(true);
    expect(may('s3:GetObject', raw.bucket.arnForObjects('x'))).toBe(true);
    expect(may('s3:PutObject', datasets.bucket.arnForObjects('marts/x'))).toBe(true);
    expect(may('s3:DeleteObject', datasets.bucket.arnForObjects('marts/x'))).toBe(true);
    expect(may('kms:GenerateDataKey', datasets.bucket.encryptionKey?.keyArn ?? '')).toBe(true);
  });

  test('but neither changes raw data nor grants', () => {
    expect(may('s3:PutObject', raw.bucket.arnForObjects('x'))).toBe(false);
    expect(may('s3:DeleteObject', raw.bucket.arnForObjects('x'))).toBe(false);
    expect(may('s3:PutObject', datasets.bucket.arnForObjects('elsewhere/x'))).toBe(false);
    expect(may('lakeformation:GrantPermissions', '*')).toBe(false);
    expect(may('iam:PassRole', 'arn:aws:iam::111111111111:role/x')).toBe(false);
  });
});

describe('steward', () => {
  const { may, raw, datasets } = lake(() => PersonaKind.steward());

  test('manages tags, filters and grants, and sees definitions', () => {
    for (const action of ['GrantPermissions', 'AddLFTagsToResource', 'CreateDataCellsFilter', 'ListPermissions']) {
      expect(may(`lakeformation:${action}`, '*')).toBe(true);
    }
    expect(may('glue:GetTable', `${GLUE}:table/raw/flights`)).toBe(true);
  });

  test('but sees no data, changes no settings and no tables', () => {
    for (const { bucket } of [raw, datasets]) expect(may('s3:GetObject', bucket.arnForObjects('x'))).toBe(false);
    expect(may('lakeformation:GetDataAccess', '*')).toBe(false);
    expect(may('lakeformation:PutDataLakeSettings', '*')).toBe(false);
    expect(may('lakeformation:RegisterResource', '*')).toBe(false);
    expect(may('glue:UpdateTable', `${GLUE}:table/raw/flights`)).toBe(false);
  });
});

describe('debugging', () => {
  test('reads logs, runs and raw data, and changes nothing', () => {
    const { may, raw, datasets } = lake((rawZone) => PersonaKind.debugging({ reads: [rawZone] }));
    const group = (name: string): string => `arn:aws:logs:eu-west-1:111111111111:log-group:${name}`;
    expect(may('logs:FilterLogEvents', group('/aws-glue/jobs/error'))).toBe(true);
    expect(may('logs:GetLogEvents', group('/aws/lambda/x:log-stream:y'))).toBe(true);
    expect(may('logs:FilterLogEvents', group('/secret/audit'))).toBe(false);
    expect(may('glue:GetJobRuns', '*')).toBe(true);
    expect(may('states:GetExecutionHistory', 'arn:aws:states:eu-west-1:111111111111:execution:m:x')).toBe(true);
    expect(may('s3:GetObject', raw.bucket.arnForObjects('x'))).toBe(true);
    expect(may('s3:GetObject', datasets.bucket.arnForObjects('x'))).toBe(false);
    for (const action of ['s3:PutObject', 's3:DeleteObject'])
      expect(may(action, raw.bucket.arnForObjects('x'))).toBe(false);
    expect(may('glue:StartJobRun', '*')).toBe(false);
    expect(may('logs:DeleteLogGroup', group('/aws-glue/jobs/error'))).toBe(false);
  });

  test('or the log groups that are named, and no others', () => {
    const stack = emptyStack();
    const group = new logs.LogGroup(stack, 'Logs');
    const persona = new Persona(stack, 'Somebody', { federation, kind: PersonaKind.debugging({ logGroups: [group] }) });
    const evaluator = PolicyEvaluator.of(stack);
    expect(evaluator.decide(persona, 'logs:FilterLogEvents', group.logGroupArn)).toBe('allowed');
    expect(
      evaluator.decide(persona, 'logs:FilterLogEvents', 'arn:aws:logs:eu-west-1:111111111111:log-group:/aws-glue/x'),
    ).toBe('denied');
  });
});

describe('partitions', () => {
  test.each(['cn-north-1', 'us-gov-west-1', undefined])('%s: no ARN of another partition', (region) => {
    const stack = emptyStack(region ? { env: { account: '111111111111', region } } : {});
    for (const kind of [
      PersonaKind.analyst(),
      PersonaKind.engineer(),
      PersonaKind.steward(),
      PersonaKind.debugging(),
    ]) {
      new Persona(stack, kind.name, { federation, kind });
    }
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('arn:aws:');
  });
});

describe('refused', () => {
  test.each([Duration.minutes(59), Duration.hours(13)])('a session of %s', (maxSessionDuration) => {
    expect(() => new Persona(emptyStack(), 'Somebody', { federation, maxSessionDuration })).toThrow(
      /^InvalidSessionDuration: /,
    );
  });
});
