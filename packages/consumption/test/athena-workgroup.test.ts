import { DataLocation, LakeEnvironment } from '@lakewright/core';
import {
  App,
  Duration,
  aws_iam as iam,
  aws_kms as kms,
  Size,
  Stack,
  aws_s3 as s3,
  aws_sqs as sqs,
  Token,
  aws_events_targets as targets,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { AthenaEngineVersion, AthenaWorkgroup, type AthenaWorkgroupProps } from '../src';
import { alone, dataIds, lake, PolicyEvaluator, ResolvedApp, role } from './support';

const WORKGROUP = 'AWS::Athena::WorkGroup';

function configuration(stack: Stack) {
  const [workgroup] = ResolvedApp.of(stack).resources(WORKGROUP);
  return workgroup?.properties.WorkGroupConfiguration as {
    EnforceWorkGroupConfiguration: boolean;
    ResultConfiguration: { OutputLocation?: string; EncryptionConfiguration: unknown };
  };
}

describe('defaults', () => {
  test('settings are enforced, results encrypted, metrics published, on engine version 3', () => {
    const { stack } = alone();
    Template.fromStack(stack).hasResourceProperties(WORKGROUP, {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
        PublishCloudWatchMetricsEnabled: true,
        RequesterPaysEnabled: false,
        BytesScannedCutoffPerQuery: Match.absent(),
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
      },
    });
  });

  test('results have a private bucket of their own and expire after 30 days', () => {
    const { stack } = alone();
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: Match.objectLike({ RestrictPublicBuckets: true }),
      LifecycleConfiguration: {
        Rules: [Match.objectLike({ ExpirationInDays: 30, Status: 'Enabled', Prefix: Match.absent() })],
      },
    });
  });

  test('the workgroup, its history and its results outlive the stack', () => {
    const template = Template.fromStack(alone().stack);
    template.hasResource(WORKGROUP, { DeletionPolicy: 'Retain', Properties: { RecursiveDeleteOption: false } });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
  });

  test('the name tells where it comes from', () => {
    const { stack } = alone();
    Template.fromStack(stack).hasResourceProperties(WORKGROUP, { Name: Match.stringLikeRegexp('^Alone-?Workgroup') });
  });

  test('the logical ids of what holds data stay the same', () => {
    expect(dataIds(alone().stack)).toEqual({
      WorkgroupResults2F0EB9CE: 'AWS::S3::Bucket',
      WorkgroupD5BC63A0: WORKGROUP,
    });
  });
});

describe('overrides', () => {
  test('a name, a scan limit, an expiry, a description, an engine', () => {
    const { stack } = alone({
      workgroupName: 'analysts',
      scanLimit: Size.gibibytes(10),
      resultExpiry: Duration.days(3),
      description: 'd',
      engineVersion: AthenaEngineVersion.AUTO,
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(WORKGROUP, {
      Name: 'analysts',
      Description: 'd',
      WorkGroupConfiguration: {
        BytesScannedCutoffPerQuery: 10 * 1024 ** 3,
        EngineVersion: { SelectedEngineVersion: 'AUTO' },
      },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 3 })] },
    });
  });

  test('in a sandbox the workgroup goes with its history, and its bucket with the results', () => {
    const template = Template.fromStack(alone({ environment: LakeEnvironment.sandbox() }).stack);
    template.hasResource(WORKGROUP, { DeletionPolicy: 'Delete', Properties: { RecursiveDeleteOption: true } });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });

  test('a key encrypts the bucket and is named in the workgroup', () => {
    const app = new App();
    const stack = new Stack(app, 'Alone');
    const encryptionKey = new kms.Key(stack, 'Key');
    const workgroup = new AthenaWorkgroup(stack, 'Workgroup', { encryptionKey });
    const analyst = role(stack, 'Analyst');
    workgroup.grants.query(analyst);
    const template = Template.fromStack(stack);
    template.hasResourceProperties(WORKGROUP, {
      WorkGroupConfiguration: {
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } },
        },
      },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ BucketKeyEnabled: true })] },
    });
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(analyst, 'kms:GenerateDataKey', encryptionKey.keyArn)).toBe('allowed');
    expect(policies.decide(analyst, 'kms:Decrypt', encryptionKey.keyArn)).toBe('allowed');
  });

  test('another version of the engine', () => {
    expect(AthenaEngineVersion.of('Athena engine version 4').name).toBe('Athena engine version 4');
  });
});

describe('supplied', () => {
  test('results below a zone expire there, and nothing else does', () => {
    const { stack } = lake({ resultExpiry: Duration.days(7) });
    const rules = ResolvedApp.of(stack)
      .resources('AWS::S3::Bucket')
      .flatMap(({ properties }) => (properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] }).Rules)
      .filter(({ Id }) => String(Id).startsWith('ExpireResultsOf'));
    expect(rules).toEqual([
      expect.objectContaining({
        Prefix: 'results/',
        ExpirationInDays: 7,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      }),
    ]);
    expect(configuration(stack).ResultConfiguration.EncryptionConfiguration).toMatchObject({
      EncryptionOption: 'SSE_KMS',
    });
  });

  test('two workgroups may share a bucket', () => {
    const { stack, storage } = lake();
    new AthenaWorkgroup(stack, 'Other', { results: storage.datasets.location('results-of-others') });
    Template.fromStack(stack).resourceCountIs(WORKGROUP, 2);
  });

  test('an imported bucket is used, and one is told to let results expire', () => {
    const stack = new Stack(new App(), 'S');
    const bucket = s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs');
    new AthenaWorkgroup(stack, 'Workgroup', { results: DataLocation.of(bucket, 'athena') });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('expires "athena/".*resultsDoNotExpire'));
    expect(configuration(stack).ResultConfiguration.OutputLocation).toBe('s3://theirs/athena/');
  });

  test('a workgroup that was made elsewhere: everybody’s location, or one of each’s own', () => {
    const stack = new Stack(new App(), 'S');
    const results = DataLocation.of(s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs'), 'athena');
    const attrs = { workgroupName: 'theirs', results };
    const enforced = AthenaWorkgroup.fromWorkgroupAttributes(stack, 'Enforced', attrs);
    const free = AthenaWorkgroup.fromWorkgroupAttributes(stack, 'Free', { ...attrs, enforced: false });
    const [a, b] = [role(stack, 'A'), role(stack, 'B')];
    enforced.grants.query(a);
    free.grants.query(b);
    expect(enforced.resultLocation(a)).toBe(results);
    expect(free.resultLocation(b).prefix).toMatch(/^athena\/S-?B/);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(a, 's3:PutObject', results.bucket.arnForObjects('athena/x.csv'))).toBe('allowed');
    expect(policies.decide(b, 's3:PutObject', results.bucket.arnForObjects('athena/x.csv'))).toBe('denied');
    expect(policies.decide(a, 'athena:StartQueryExecution', enforced.workgroupArn)).toBe('allowed');
  });
});

describe('results are nobody’s but who asked', () => {
  test('one principal: the workgroup writes to its prefix, whatever the client says', () => {
    const { stack, storage, workgroup } = lake();
    const analyst = role(stack, 'Analyst');
    workgroup.grants.query(analyst);
    const { EnforceWorkGroupConfiguration, ResultConfiguration } = configuration(stack);
    expect(EnforceWorkGroupConfiguration).toBe(true);
    const { uri } = workgroup.resultLocation(analyst);
    expect(ResultConfiguration.OutputLocation).toBe(PolicyEvaluator.of(stack).text(uri));
    expect(workgroup.resultLocation(analyst).prefix).toMatch(/^results\/Lake-?Analyst/);
    expect(storage.datasets.bucket).toBe(workgroup.resultLocation(analyst).bucket);
    Annotations.fromStack(stack).hasNoWarning('/Lake/Workgroup', Match.anyValue());
  });

  test('several principals: each may use its own prefix alone, clients say which, and one is told so', () => {
    const { stack, storage, workgroup } = lake();
    const [analyst, privacy] = [role(stack, 'Analyst'), role(stack, 'Privacy')];
    workgroup.grants.query(analyst);
    workgroup.grants.query(privacy);
    const { EnforceWorkGroupConfiguration, ResultConfiguration } = configuration(stack);
    expect(EnforceWorkGroupConfiguration).toBe(false);
    expect(ResultConfiguration.OutputLocation).toBeUndefined();
    Annotations.fromStack(stack).hasWarning('/Lake/Workgroup', Match.stringLikeRegexp('clientsGiveResultLocation'));

    const policies = PolicyEvaluator.of(stack);
    const own = (who: iam.Role) => workgroup.resultLocation(who);
    const zone = storage.datasets.location('results');
    for (const [who, other] of [
      [analyst, privacy],
      [privacy, analyst],
    ] as const) {
      const may = (action: string, location: DataLocation) =>
        policies.decide(who, action, location.bucket.arnForObjects(`${location.prefix}/id.csv`));
      for (const action of [
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ]) {
        expect(`${action} ${may(action, own(who))}`).toBe(`${action} allowed`);
        expect(`${action} ${may(action, own(other))}`).toBe(`${action} denied`);
        expect(`${action} ${may(action, zone)}`).toBe(`${action} denied`);
      }
      const list = (prefix: string) =>
        policies.decide(who, 's3:ListBucket', zone.bucket.bucketArn, { 's3:prefix': prefix });
      expect(list(`${own(who).prefix}/`)).toBe('allowed');
      expect(list(`${own(other).prefix}/`)).toBe('denied');
      expect(list('')).toBe('denied');
    }
  });

  test('granting twice is granting once', () => {
    const { stack, workgroup } = lake();
    const analyst = role(stack, 'Analyst');
    workgroup.grants.query(analyst);
    workgroup.grants.query(analyst);
    expect(configuration(stack).EnforceWorkGroupConfiguration).toBe(true);
  });

  test('principals whose names begin alike have different prefixes', () => {
    const { stack, workgroup } = alone();
    const [a, b] = [
      workgroup.resultLocation(role(stack, 'A')).prefix,
      workgroup.resultLocation(role(stack, 'AB')).prefix,
    ];
    expect(a).not.toBe(b);
    expect(b.startsWith(`${a}/`)).toBe(false);
  });

  test('a role without policy updates is the same principal as the role', () => {
    const { stack, workgroup } = alone();
    const analyst = role(stack, 'Analyst');
    expect(workgroup.resultLocation(analyst.withoutPolicyUpdates()).prefix).toBe(
      workgroup.resultLocation(analyst).prefix,
    );
  });

  test('principals of other stacks make the workgroup’s stack depend on none of them', () => {
    const { app, stack, workgroup } = lake();
    const other = new Stack(app, 'Other');
    workgroup.grants.query(role(other, 'Analyst'));
    app.synth();
    expect(stack.dependencies).toEqual([]);
    expect(other.dependencies).toEqual([stack]);
  });

  test('users, groups and imported roles have prefixes, too', () => {
    const { stack, workgroup } = alone();
    const principals = [
      new iam.User(stack, 'User'),
      new iam.Group(stack, 'Group'),
      iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::111111111111:role/theirs'),
    ];
    const prefixes = principals.map((principal) => workgroup.resultLocation(principal).prefix);
    expect(new Set(prefixes).size).toBe(3);
  });
});

describe('a grant to query', () => {
  test('is what Athena, drivers, PyAthena, dbt and BI tools call, on this workgroup alone', () => {
    const { stack, workgroup } = lake();
    const analyst = role(stack, 'Analyst');
    workgroup.grants.query(analyst);
    const policies = PolicyEvaluator.of(stack);
    const other = 'arn:aws:athena:eu-west-1:111111111111:workgroup/other';
    for (const action of [
      'StartQueryExecution',
      'StopQueryExecution',
      'GetQueryExecution',
      'BatchGetQueryExecution',
      'ListQueryExecutions',
      'GetQueryResults',
      'GetQueryResultsStream',
      'GetQueryRuntimeStatistics',
      'GetWorkGroup',
      'CreatePreparedStatement',
    ]) {
      expect(`${action} ${policies.decide(analyst, `athena:${action}`, workgroup.workgroupArn)}`).toBe(
        `${action} allowed`,
      );
      expect(`${action} ${policies.decide(analyst, `athena:${action}`, other)}`).toBe(`${action} denied`);
    }
    const catalog = (name: string) => `arn:aws:athena:eu-west-1:111111111111:datacatalog/${name}`;
    for (const name of ['AwsDataCatalog', 'awsdatacatalog']) {
      expect(policies.decide(analyst, 'athena:ListTableMetadata', catalog(name)), name).toBe('allowed');
    }
    expect(policies.decide(analyst, 'athena:ListTableMetadata', catalog('partner'))).toBe('denied');
    expect(policies.decide(analyst, 'athena:ListWorkGroups', '*')).toBe('allowed');
    for (const action of ['UpdateWorkGroup', 'DeleteWorkGroup', 'CreateWorkGroup', 'TagResource']) {
      expect(policies.decide(analyst, `athena:${action}`, workgroup.workgroupArn)).toBe('denied');
    }
  });

  test('gives no data', () => {
    const { stack, storage, catalog, workgroup } = lake();
    const analyst = role(stack, 'Analyst');
    workgroup.grants.query(analyst);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(analyst, 's3:GetObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('denied');
    expect(policies.decide(analyst, 'glue:GetTable', catalog.datasets.dataset('orders').tableArn)).toBe('denied');
  });
});

describe('metrics and events', () => {
  test('metrics are those of this workgroup', () => {
    const { stack, workgroup } = alone();
    const shown = (metric: ReturnType<typeof workgroup.metric>) => {
      const { dimensions = [], metricName, namespace, statistic } = metric.toMetricConfig().metricStat ?? {};
      return { metricName, namespace, statistic, dimensions: stack.resolve(dimensions) };
    };
    const dimensions = (state: string) => [
      { name: 'QueryState', value: state },
      { name: 'QueryType', value: 'DML' },
      { name: 'WorkGroup', value: { Ref: 'WorkgroupD5BC63A0' } },
    ];
    expect(shown(workgroup.metricProcessedBytes())).toEqual({
      namespace: 'AWS/Athena',
      metricName: 'ProcessedBytes',
      statistic: 'Sum',
      dimensions: dimensions('SUCCEEDED'),
    });
    expect(shown(workgroup.metricTotalExecutionTime())).toMatchObject({
      metricName: 'TotalExecutionTime',
      statistic: 'Average',
    });
    expect(shown(workgroup.metricQueryQueueTime()).metricName).toBe('QueryQueueTime');
    expect(shown(workgroup.metricFailedQueries())).toMatchObject({
      statistic: 'SampleCount',
      dimensions: dimensions('FAILED'),
    });
    const ddl = workgroup.metricProcessedBytes({ dimensionsMap: { QueryType: 'DDL' } });
    expect(shown(ddl).dimensions).toContainEqual({ name: 'QueryType', value: 'DDL' });
  });

  test('a failed query starts something', () => {
    const { stack, workgroup } = alone();
    workgroup.onQueryFailure('Failed', { target: new targets.SqsQueue(new sqs.Queue(stack, 'Queue')) });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.athena'],
        'detail-type': ['Athena Query State Change'],
        detail: { workgroupName: [{ Ref: 'WorkgroupD5BC63A0' }], currentState: ['FAILED'] },
      },
    });
  });
});

describe('partitions', () => {
  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('ARNs in %s are in %s', (region, partition) => {
    const { stack, workgroup } = alone({ workgroupName: 'w' }, { env: { region, account: '111111111111' } });
    const analyst = role(stack, 'Analyst');
    workgroup.grants.query(analyst);
    const policies = PolicyEvaluator.of(stack);
    const arn = `arn:${partition}:athena:${region}:111111111111:workgroup/w`;
    expect(policies.decide(analyst, 'athena:StartQueryExecution', arn)).toBe('allowed');
    const { bucket, prefix } = workgroup.resultLocation(analyst);
    expect(policies.decide(analyst, 's3:GetObject', bucket.arnForObjects(`${prefix}/x`))).toBe('allowed');
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('arn:aws:');
  });
});

describe('refused', () => {
  test.each<[string, (stack: Stack) => AthenaWorkgroupProps, string]>([
    ['a name with a blank', () => ({ workgroupName: 'a b' }), 'InvalidWorkgroupName: workgroup name "a b"'],
    ['a limit below 10 MB', () => ({ scanLimit: Size.kibibytes(9) }), 'ScanLimitTooSmall: scanLimit "9216" bytes'],
    ['half a day', () => ({ resultExpiry: Duration.hours(36) }), 'InvalidResultExpiry: resultExpiry "1.5" days'],
    [
      'a key for somebody else’s bucket',
      (stack) => ({
        encryptionKey: new kms.Key(stack, 'Key'),
        results: DataLocation.of(new s3.Bucket(stack, 'Bucket')),
      }),
      'KeyWithoutBucket',
    ],
  ])('%s', (_, props, message) => {
    const stack = new Stack(new App(), 'S');
    expect(() => new AthenaWorkgroup(stack, 'Workgroup', props(stack))).toThrow(message);
  });

  test('a principal that nobody can tell from others', () => {
    const { workgroup } = alone();
    const service = new iam.ServicePrincipal('quicksight.amazonaws.com');
    expect(() => workgroup.grants.query(service)).toThrow('PrincipalUnknown');
  });

  test('tokens are taken as they are', () => {
    const workgroupName = Token.asString({ Ref: 'Parameter' });
    const { stack } = alone({ workgroupName, scanLimit: Size.bytes(Token.asNumber({ Ref: 'Limit' })) });
    Template.fromStack(stack).hasResourceProperties(WORKGROUP, {
      Name: { Ref: 'Parameter' },
      WorkGroupConfiguration: { BytesScannedCutoffPerQuery: { Ref: 'Limit' } },
    });
  });
});
