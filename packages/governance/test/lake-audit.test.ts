import { LakeDatabase } from '@lakewright/catalog';
import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { type App, Duration } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { LakeAudit, type LakeAuditProps } from '../src';
import { dataIds, emptyStack, nagFindings, PolicyEvaluator, ResolvedApp, zoneBucket } from './personas.support';

function audited(
  props: (stack: ReturnType<typeof emptyStack>) => Partial<LakeAuditProps> = () => ({}),
  stack = emptyStack(),
) {
  const raw = DataLocation.of(zoneBucket(stack, 'Raw'));
  const audit = new LakeAudit(stack, 'Audit', { locations: [raw], ...props(stack) });
  const template = (): Template => Template.fromStack(stack);
  return { stack, raw, audit, template };
}

const TRAIL = 'AWS::CloudTrail::Trail';
const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

interface Selector {
  readonly Name: string;
  readonly FieldSelectors: { readonly Field: string; readonly StartsWith?: string[]; readonly Equals?: string[] }[];
}

interface TableInput {
  readonly Parameters: Record<string, string>;
  readonly PartitionKeys: { readonly Name: string }[];
  readonly StorageDescriptor: { readonly Location: string; readonly InputFormat: string };
}

function selectors(stack: ReturnType<typeof emptyStack>): Selector[] {
  const [trail] = ResolvedApp.of(stack).resources(TRAIL);
  return trail?.properties.AdvancedEventSelectors as Selector[];
}

describe('defaults', () => {
  test('a trail that validates its files, encrypted, in the region of the lake', () => {
    const { template } = audited();
    template().hasResourceProperties(TRAIL, {
      EnableLogFileValidation: true,
      IsLogging: true,
      IsMultiRegionTrail: false,
      KMSKeyId: Match.anyValue(),
      EventSelectors: Match.absent(),
    });
    template().hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      Description: Match.stringLikeRegexp('CloudTrail'),
    });
  });

  test('logs and their key outlive the stack, logs expire after a year, nothing is public', () => {
    const { template } = audited();
    template().hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 365, Status: 'Enabled' })] },
        PublicAccessBlockConfiguration: Match.objectLike({ RestrictPublicBuckets: true }),
        VersioningConfiguration: { Status: 'Enabled' },
      },
    });
  });

  test('the table is what CloudTrail writes, partitioned by account, region and day', () => {
    const { stack } = audited();
    const [table] = ResolvedApp.of(stack).resources('AWS::Glue::Table');
    const { Parameters, PartitionKeys, StorageDescriptor } = (table?.properties.TableInput ?? {}) as TableInput;
    expect(PartitionKeys.map(({ Name }) => Name)).toEqual(['account', 'region', 'day']);
    expect(Parameters['projection.account.values']).toBe('111111111111');
    expect(Parameters['projection.region.values']).toBe('eu-west-1');
    expect(Parameters['projection.day.range']).toBe('NOW-365DAYS,NOW');
    expect(Parameters['storage.location.template']).toBe(
      `${StorageDescriptor.Location}\${account}/CloudTrail/\${region}/\${day}/`,
    );
    expect(StorageDescriptor.InputFormat).toBe('com.amazon.emr.cloudtrail.CloudTrailInputFormat');
  });
});

describe('what is recorded', () => {
  test('each management event, each access to an object below the locations, each read of the logs', () => {
    const stack = emptyStack();
    const raw = DataLocation.of(new s3.Bucket(stack, 'Raw', { bucketName: 'raw' }), 'people');
    const all = DataLocation.of(new s3.Bucket(stack, 'All', { bucketName: 'all' }));
    const audit = new LakeAudit(stack, 'Audit', { locations: [raw, all] });
    const [management, objects, logs] = selectors(stack);
    expect(management?.FieldSelectors).toEqual([{ Field: 'eventCategory', Equals: ['Management'] }]);
    expect(objects?.FieldSelectors).toContainEqual({
      Field: 'resources.ARN',
      StartsWith: ['arn:aws:s3:::raw/people/', 'arn:aws:s3:::all/'],
    });
    const bucket = PolicyEvaluator.of(stack).text(audit.bucket.bucketArn);
    expect(logs?.FieldSelectors).toContainEqual({ Field: 'resources.ARN', StartsWith: [`${bucket}/`] });
    // else each delivery of a log would be an event of the next log
    expect(logs?.FieldSelectors).toContainEqual({ Field: 'readOnly', Equals: ['true'] });
  });
});

describe('who may what', () => {
  test('this trail may write logs, to this account, and encrypt them; no other trail may', () => {
    const { stack, audit } = audited();
    const evaluator = PolicyEvaluator.of(stack);
    const trail = `arn:aws:cloudtrail:eu-west-1:111111111111:trail/${audit.trail.trailName}`;
    const acl = { 's3:x-amz-acl': 'bucket-owner-full-control' };
    const put = (account: string, sourceArn: string): string =>
      evaluator.decide(CLOUDTRAIL, 's3:PutObject', audit.bucket.arnForObjects(`AWSLogs/${account}/CloudTrail/x`), {
        'aws:SourceArn': sourceArn,
        ...acl,
      });
    expect(put('111111111111', trail)).toBe('allowed');
    expect(put('111111111111', `${trail}2`)).toBe('denied');
    expect(put('222222222222', trail)).toBe('denied');
    const key = (sourceArn: string): string =>
      evaluator.decide(CLOUDTRAIL, 'kms:GenerateDataKey', audit.encryptionKey.keyArn, {
        'aws:SourceArn': sourceArn,
        'kms:EncryptionContext:aws:cloudtrail:arn': trail,
      });
    expect(key(trail)).toBe('allowed');
    expect(key(`${trail}2`)).toBe('denied');
  });

  test('who is granted to read the events can, with the key; nobody else, and nobody may change them', () => {
    const { stack, audit } = audited();
    const role = (id: string): iam.Role => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
    const [auditor, other] = [role('Auditor'), role('Other')];
    audit.events.grants.read(auditor);
    const evaluator = PolicyEvaluator.of(stack);
    const log = audit.bucket.arnForObjects('AWSLogs/111111111111/CloudTrail/eu-west-1/2026/01/01/x.json.gz');
    expect(evaluator.decide(auditor, 's3:GetObject', log)).toBe('allowed');
    expect(evaluator.decide(auditor, 'kms:Decrypt', audit.encryptionKey.keyArn)).toBe('allowed');
    expect(evaluator.decide(auditor, 'glue:GetTable', audit.events.tableArn)).toBe('allowed');
    expect(evaluator.decide(auditor, 's3:DeleteObject', log)).toBe('denied');
    expect(evaluator.decide(auditor, 's3:PutObject', log)).toBe('denied');
    expect(evaluator.decide(other, 's3:GetObject', log)).toBe('denied');
  });
});

describe('overrides and supplied resources', () => {
  test('further regions make it a trail of all regions, and the table knows them', () => {
    const { stack } = audited(() => ({ furtherRegions: ['us-east-1'] }));
    const app = ResolvedApp.of(stack);
    expect(app.resources(TRAIL)[0]?.properties.IsMultiRegionTrail).toBe(true);
    const { Parameters } = (app.resources('AWS::Glue::Table')[0]?.properties.TableInput ?? {}) as TableInput;
    expect(Parameters['projection.region.values']).toBe('eu-west-1,us-east-1');
  });

  test('a database, a key, a retention', () => {
    const { stack, template } = audited((scope) => ({
      database: LakeDatabase.fromLakeDatabaseAttributes(scope, 'Db', { databaseName: 'mine' }),
      encryptionKey: new kms.Key(scope, 'Own'),
      retention: Duration.days(90),
    }));
    template().resourceCountIs('AWS::Glue::Database', 0);
    template().hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 90 })] },
    });
    const queries = ResolvedApp.of(stack).resources('AWS::Athena::NamedQuery');
    expect(queries).toHaveLength(7);
    for (const { properties } of queries) expect(properties.QueryString).toContain('"mine"."cloudtrail"');
  });

  test('in a sandbox everything goes with the stack', () => {
    const { template } = audited(() => ({ environment: LakeEnvironment.sandbox() }));
    for (const type of ['AWS::Glue::Database', 'AWS::Athena::NamedQuery']) {
      template().allResources(type, { DeletionPolicy: 'Delete' });
    }
    template().hasResource('Custom::S3AutoDeleteObjects', {});
  });

  test('a key that was made elsewhere: a warning says what its policy needs', () => {
    const { stack } = audited((scope) => ({
      encryptionKey: kms.Key.fromKeyArn(scope, 'Own', 'arn:aws:kms:eu-west-1:111111111111:key/x') as kms.Key,
    }));
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('must let cloudtrail.amazonaws.com use it'));
  });

  test('works in a stack of any account and region, in any partition', () => {
    const agnostic = emptyStack({});
    audited(undefined, agnostic);
    const text = JSON.stringify(Template.fromStack(agnostic).toJSON());
    expect(text).not.toContain('arn:aws:');
    expect(text).toContain('"projection.account.values":{"Ref":"AWS::AccountId"}');
  });
});

test('refused: nothing to audit', () => {
  expect(() => new LakeAudit(emptyStack(), 'Audit', { locations: [] })).toThrow(/^NothingToAudit: /);
});

test('the ids of what holds data are a contract', () => {
  expect(dataIds(audited().stack, TRAIL)).toEqual({
    Audit3D8ADE0A: TRAIL,
    AuditBucket7486E833: 'AWS::S3::Bucket',
    AuditDatabase241A1FAD: 'AWS::Glue::Database',
    AuditDeletionsAEA0B5A9: 'AWS::Athena::NamedQuery',
    AuditDeniedE279002B: 'AWS::Athena::NamedQuery',
    AuditDirectReads4D42207F: 'AWS::Athena::NamedQuery',
    AuditKey2ED08D30: 'AWS::KMS::Key',
    AuditPermissionChanges42973F2B: 'AWS::Athena::NamedQuery',
    AuditTableCCDD223E: 'AWS::Glue::Table',
    AuditTableChangesD0DBB394: 'AWS::Athena::NamedQuery',
    AuditWhatPrincipalReadBD9EE96C: 'AWS::Athena::NamedQuery',
    AuditWhoReadTable9B94D1B1: 'AWS::Athena::NamedQuery',
    Raw72517081: 'AWS::S3::Bucket',
    RawKey08749948: 'AWS::KMS::Key',
  });
});

test('cdk-nag finds nothing that is not acknowledged with its reason', () => {
  const stack = emptyStack();
  audited(undefined, stack);
  const given = (finding: string): boolean => /@ Lake\/Raw(Key)?\//.test(finding);
  expect(nagFindings(stack.node.root as App).filter((finding) => !given(finding))).toEqual([]);
});
