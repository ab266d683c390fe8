import { Dataset, LakeCatalog } from '@lakewright/catalog';
import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import {
  AppFlowAggregation,
  AppFlowConnection,
  AppFlowField,
  AppFlowFilter,
  AppFlowFolders,
  AppFlowIngestion,
  AppFlowMapping,
  AppFlowOutput,
  AppFlowPull,
  AppFlowS3Format,
  AppFlowSource,
  AppFlowTrigger,
  SalesforceApi,
} from '../src';
import { contacts, flow, lake } from './app-flow.support';
import { PolicyEvaluator } from './support';

describe('defaults', () => {
  test('all fields of all records go to Parquet with types, by day and run, when the flow is started', () => {
    const { properties, ingestion } = flow();
    expect(properties()).toMatchObject({
      FlowName: ingestion.flowName,
      FlowStatus: 'Active',
      TriggerConfig: { TriggerType: 'OnDemand' },
      SourceFlowConfig: {
        ConnectorType: 'Salesforce',
        ConnectorProfileName: 'crm',
        SourceConnectorProperties: {
          Salesforce: { Object: 'Contact', IncludeDeletedRecords: false, DataTransferApi: 'AUTOMATIC' },
        },
      },
      DestinationFlowConfigList: [
        {
          ConnectorType: 'S3',
          DestinationConnectorProperties: {
            S3: {
              BucketPrefix: 'customers',
              S3OutputFormatConfig: {
                FileType: 'PARQUET',
                PreserveSourceDataTyping: true,
                PrefixConfig: { PrefixType: 'PATH', PrefixFormat: 'DAY', PathPrefixHierarchy: ['EXECUTION_ID'] },
                AggregationConfig: { AggregationType: 'None' },
              },
            },
          },
        },
      ],
      Tasks: [
        {
          TaskType: 'Map_all',
          SourceFields: [],
          ConnectorOperator: { Salesforce: 'NO_OP' },
          TaskProperties: [{ Key: 'EXCLUDE_SOURCE_FIELDS_LIST', Value: '[]' }],
        },
      ],
    });
  });

  test('AppFlow may write below the target for this flow, and nowhere else and for no other flow', () => {
    const { stack, storage, ingestion } = flow();
    const policies = PolicyEvaluator.of(stack);
    const context = {
      'aws:SourceAccount': policies.text(stack.account),
      'aws:SourceArn': policies.text(ingestion.flowArn),
    };
    const put = (key: string, more = {}) =>
      policies.decide('appflow.amazonaws.com', 's3:PutObject', storage.raw.bucket.arnForObjects(key), {
        ...context,
        ...more,
      });
    expect(put('customers/flow/2026/01/01/run/part')).toBe('allowed');
    expect(put('customers-of-others/part')).toBe('denied');
    expect(put('orders/part')).toBe('denied');
    expect(put('customers/part', { 'aws:SourceAccount': '999999999999' })).toBe('denied');
    expect(put('customers/part', { 'aws:SourceArn': `${context['aws:SourceArn']}2` })).toBe('denied');
    expect(put('customers/part', { 'aws:SecureTransport': 'false' })).toBe('denied');
    const read = storage.raw.bucket.arnForObjects('customers/part');
    expect(policies.decide('appflow.amazonaws.com', 's3:GetObject', read, context)).toBe('denied');
  });

  test("AppFlow may use the bucket's key for this account, and no other account's flows may", () => {
    const { stack, storage } = flow();
    const policies = PolicyEvaluator.of(stack);
    const key = storage.raw.encryptionKey?.keyArn ?? '';
    const use = (account: string) =>
      policies.decide('appflow.amazonaws.com', 'kms:GenerateDataKey', key, { 'aws:SourceAccount': account });
    expect(use(policies.text(stack.account))).toBe('allowed');
    expect(use('999999999999')).toBe('denied');
  });

  test('the flow is made after the policy that lets it write, since AppFlow tries', () => {
    const { template } = flow();
    const [made] = Object.values(template().findResources('AWS::AppFlow::Flow'));
    const policies = Object.keys(template().findResources('AWS::S3::BucketPolicy'));
    expect(policies.filter((id) => made?.DependsOn.includes(id))).toHaveLength(1);
  });

  test('the files lie in the folder that AppFlow names after the flow', () => {
    const { ingestion } = flow({ flowName: 'crm-contacts' });
    expect(ingestion.location.prefix).toBe('customers/crm-contacts');
  });
});

describe('overrides', () => {
  test('a schedule takes what is new by a timestamp field, and AppFlow is told times in seconds', () => {
    const { properties } = flow({
      trigger: AppFlowTrigger.schedule({
        every: Duration.hours(6),
        pull: AppFlowPull.incremental('SystemModstamp', { firstRunSince: new Date('2020-01-01T00:00:00Z') }),
        startTime: new Date('2030-01-01T00:00:00Z'),
        endTime: new Date('2031-01-01T00:00:00Z'),
        offset: Duration.minutes(5),
        timeZone: 'Europe/Berlin',
        deactivateAfterFailures: 3,
      }),
    });
    expect(properties()).toMatchObject({
      SourceFlowConfig: { IncrementalPullConfig: { DatetimeTypeFieldName: 'SystemModstamp' } },
      TriggerConfig: {
        TriggerType: 'Scheduled',
        TriggerProperties: {
          ScheduleExpression: 'rate(6hours)',
          DataPullMode: 'Incremental',
          FirstExecutionFrom: 1577836800,
          ScheduleStartTime: 1893456000,
          ScheduleEndTime: 1924992000,
          ScheduleOffset: 300,
          TimeZone: 'Europe/Berlin',
          FlowErrorDeactivationThreshold: 3,
        },
      },
    });
  });

  test.each([
    [Duration.minutes(90), 'rate(90minutes)'],
    [Duration.days(2), 'rate(2days)'],
    [Duration.minutes(60), 'rate(1hours)'],
  ])('%s is told in the largest whole unit', (every, expression) => {
    const trigger = AppFlowTrigger.schedule({ every, pull: AppFlowPull.full() });
    const { TriggerProperties } = flow({ trigger }).properties().TriggerConfig;
    expect(TriggerProperties).toEqual({ ScheduleExpression: expression, DataPullMode: 'Complete' });
  });

  test('Salesforce can start it by events, tell of deletions and bring new fields', () => {
    const source = AppFlowSource.salesforce({
      connection: AppFlowConnection.fromName('crm'),
      object: 'AccountChangeEvent',
      includeDeleted: true,
      newFields: true,
      api: SalesforceApi.BULK,
    });
    const { properties } = flow({ source, trigger: AppFlowTrigger.event(), active: false });
    expect(properties()).toMatchObject({ TriggerConfig: { TriggerType: 'Event' }, FlowStatus: 'Suspended' });
    expect(properties().SourceFlowConfig.SourceConnectorProperties.Salesforce).toEqual({
      Object: 'AccountChangeEvent',
      IncludeDeletedRecords: true,
      EnableDynamicFieldUpdate: true,
      DataTransferApi: 'BULKV2',
    });
  });

  test('files can be named, sized and written otherwise', () => {
    const config = (output: AppFlowOutput) =>
      flow({ output }).properties().DestinationFlowConfigList[0].DestinationConnectorProperties.S3.S3OutputFormatConfig;
    const folders = { folders: AppFlowFolders.MONTH, executionFolder: false };
    expect(config(AppFlowOutput.json({ ...folders, aggregation: AppFlowAggregation.singleFile() }))).toEqual({
      FileType: 'JSON',
      PrefixConfig: { PrefixType: 'PATH', PrefixFormat: 'MONTH' },
      AggregationConfig: { AggregationType: 'SingleFile' },
    });
    const sized = { aggregation: AppFlowAggregation.targetSize(Size.mebibytes(128)), schemaVersionFolder: true };
    expect(config(AppFlowOutput.parquet({ ...sized, preserveTypes: false }))).toMatchObject({
      PreserveSourceDataTyping: false,
      PrefixConfig: { PathPrefixHierarchy: ['SCHEMA_VERSION', 'EXECUTION_ID'] },
      AggregationConfig: { AggregationType: 'None', TargetFileSize: 128 },
    });
  });

  const connection = AppFlowConnection.fromName('theirs');
  test.each([
    [
      'Servicenow',
      AppFlowSource.serviceNow({ connection, object: 'incident' }),
      { ServiceNow: { Object: 'incident' } },
    ],
    ['Zendesk', AppFlowSource.zendesk({ connection, object: 'tickets' }), { Zendesk: { Object: 'tickets' } }],
    ['Slack', AppFlowSource.slack({ connection, object: 'C01' }), { Slack: { Object: 'C01' } }],
    [
      'SAPOData',
      AppFlowSource.sapOData({ connection, objectPath: '/a', maxPageSize: 100, maxParallelism: 2 }),
      {
        SAPOData: {
          ObjectPath: '/a',
          paginationConfig: { maxPageSize: 100 },
          parallelismConfig: { maxParallelism: 2 },
        },
      },
    ],
    [
      'CustomConnector',
      AppFlowSource.googleAnalytics4({ connection, object: 'properties/1' }),
      { CustomConnector: { EntityName: 'properties/1' } },
    ],
    [
      'CustomConnector',
      AppFlowSource.custom({ connection, object: 'o', apiVersion: 'v2', properties: { page: '5' } }),
      { CustomConnector: { EntityName: 'o', CustomProperties: { page: '5' } } },
    ],
  ])('%s is read through its connection', (type, source, expected) => {
    const { SourceFlowConfig } = flow({ source }).properties();
    expect(SourceFlowConfig).toMatchObject({ ConnectorType: type, ConnectorProfileName: 'theirs' });
    expect(SourceFlowConfig.SourceConnectorProperties).toEqual(expected);
  });

  test('a custom connector is told the version of its API', () => {
    const versions = [
      AppFlowSource.googleAnalytics4({ connection, object: 'o' }),
      AppFlowSource.custom({ connection, object: 'o', apiVersion: 'v2' }),
    ].map((source) => flow({ source }).properties().SourceFlowConfig.ApiVersion);
    expect(versions).toEqual(['v1beta', 'v2']);
  });
});

describe('supplied resources', () => {
  test('files of a bucket are read with the rights to that prefix alone', () => {
    const { stack, storage } = lake();
    const source = AppFlowSource.s3({ location: storage.converted.location('in'), format: AppFlowS3Format.JSON });
    const trigger = AppFlowTrigger.schedule({ every: Duration.days(1), pull: AppFlowPull.newFiles() });
    const made = new AppFlowIngestion(stack, 'Files', { source, trigger, target: storage.raw.location('files') });
    const policies = PolicyEvaluator.of(stack);
    const context = { 'aws:SourceAccount': policies.text(stack.account), 'aws:SourceArn': policies.text(made.flowArn) };
    const decide = (action: string, resource: string, more = {}) =>
      policies.decide('appflow.amazonaws.com', action, resource, { ...context, ...more });
    const { bucket } = storage.converted;
    expect(decide('s3:GetObject', bucket.arnForObjects('in/a.json'))).toBe('allowed');
    expect(decide('s3:GetObject', bucket.arnForObjects('inner/a.json'))).toBe('denied');
    expect(decide('s3:PutObject', bucket.arnForObjects('in/a.json'))).toBe('denied');
    expect(decide('s3:ListBucket', bucket.bucketArn, { 's3:prefix': 'in/' })).toBe('allowed');
    expect(decide('s3:ListBucket', bucket.bucketArn, { 's3:prefix': '' })).toBe('denied');
    Template.fromStack(stack).hasResourceProperties('AWS::AppFlow::Flow', {
      SourceFlowConfig: {
        ConnectorType: 'S3',
        ConnectorProfileName: Match.absent(),
        IncrementalPullConfig: Match.absent(),
        SourceConnectorProperties: { S3: { BucketPrefix: 'in', S3InputFormatConfig: { S3InputFileType: 'JSON' } } },
      },
      TriggerConfig: { TriggerProperties: { DataPullMode: 'Incremental' } },
    });
  });

  test('tables are registered by a role that reaches those of its prefix, and that AppFlow takes for this flow', () => {
    const { stack, storage } = lake();
    const catalog = new LakeCatalog(stack, 'Catalog', { storage });
    const made = new AppFlowIngestion(stack, 'Customers', {
      source: contacts(),
      target: storage.raw.location('customers'),
      catalog: { database: catalog.raw, tablePrefix: 'crm' },
    });
    const role = made.catalogRole as iam.IRole;
    const policies = PolicyEvaluator.of(stack);
    const table = (name: string) =>
      stack.formatArn({ service: 'glue', resource: 'table', resourceName: `${catalog.raw.databaseName}/${name}` });
    expect(policies.decide(role, 'glue:CreateTable', table('crm_contact'))).toBe('allowed');
    expect(policies.decide(role, 'glue:CreateTable', table('orders'))).toBe('denied');
    expect(policies.decide(role, 'glue:DeleteDatabase', catalog.raw.databaseArn)).toBe('denied');
    expect(policies.decide(role, 's3:GetObject', storage.raw.bucket.arnForObjects('customers/a'))).toBe('denied');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'appflow.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnEquals: { 'aws:SourceArn': stack.resolve(made.flowArn) },
            },
          },
        ],
      },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::AppFlow::Flow', {
      MetadataCatalogConfig: {
        GlueDataCatalog: { TablePrefix: 'crm', RoleArn: stack.resolve(role.roleArn) },
      },
    });
  });

  test('a bucket that was made elsewhere gets no policy from here, and the user is told', () => {
    const stack = new Stack(new App(), 'Lake');
    const bucket = s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs');
    new AppFlowIngestion(stack, 'Customers', { source: contacts(), target: DataLocation.of(bucket) });
    Template.fromStack(stack).resourceCountIs('AWS::S3::BucketPolicy', 0);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('must let appflow.amazonaws.com write there'));
    const [made] = Object.values(Template.fromStack(stack).findResources('AWS::AppFlow::Flow'));
    const s3Properties = made?.Properties.DestinationFlowConfigList[0].DestinationConnectorProperties.S3;
    expect(Object.keys(s3Properties)).toEqual(['BucketName', 'S3OutputFormatConfig']);
  });

  test('a key that is handed in encrypts what AppFlow holds, and the table is what a pipeline sees written', () => {
    const { stack, storage } = lake();
    const catalog = new LakeCatalog(stack, 'Catalog', { storage });
    const encryptionKey = new kms.Key(stack, 'Key');
    const dataset = Dataset.of(catalog.raw, 'customers');
    const made = new AppFlowIngestion(stack, 'Customers', {
      source: contacts(),
      target: storage.raw.location('customers'),
      encryptionKey,
      dataset,
    });
    const [flowResource] = Object.values(Template.fromStack(stack).findResources('AWS::AppFlow::Flow'));
    expect(made.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() }).writes).toEqual([dataset]);
    expect(flowResource?.Properties.KMSArn).toEqual(stack.resolve(encryptionKey.keyArn));
  });

  test('who may run it may start this flow and see its runs, and no other', () => {
    const { stack, ingestion } = flow();
    const role = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
    ingestion.grants.run(role);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'appflow:StartFlow', ingestion.flowArn)).toBe('allowed');
    expect(policies.decide(role, 'appflow:DescribeFlowExecutionRecords', ingestion.flowArn)).toBe('allowed');
    expect(policies.decide(role, 'appflow:StartFlow', `${ingestion.flowArn}2`)).toBe('denied');
    expect(policies.decide(role, 'appflow:DeleteFlow', ingestion.flowArn)).toBe('denied');
  });

  test('metrics and rules speak of this flow', () => {
    const { ingestion, template } = flow({ flowName: 'contacts' });
    const metrics = [
      ingestion.metricRunsFailed(),
      ingestion.metricRunsSucceeded(),
      ingestion.metricRecordsProcessed(),
      ingestion.metricRunTime({ period: Duration.hours(1) }),
    ];
    expect(metrics.map(({ namespace, metricName, dimensions }) => [namespace, metricName, dimensions])).toEqual(
      ['FlowExecutionsFailed', 'FlowExecutionsSucceeded', 'FlowExecutionRecordsProcessed', 'FlowExecutionTime'].map(
        (name) => ['AWS/AppFlow', name, { FlowName: 'contacts' }],
      ),
    );
    ingestion.onFailure('Failure');
    ingestion.onRunEnded('Ended');
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.appflow'],
        'detail-type': ['AppFlow End Flow Run Report'],
        detail: { 'flow-name': ['contacts'], status: Match.absent() },
      },
    });
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { status: [{ exists: false }, { 'anything-but': ['Execution Successful'] }] } },
    });
  });
});

describe('refused input', () => {
  const connection = AppFlowConnection.fromName('theirs');
  const every = Duration.hours(1);
  test.each<[string, () => unknown, RegExp]>([
    [
      'events of an application that sends none',
      () => flow({ source: AppFlowSource.zendesk({ connection, object: 'tickets' }), trigger: AppFlowTrigger.event() }),
      /^EventsNotOffered: .*Zendesk/,
    ],
    [
      'new files of an application',
      () => flow({ trigger: AppFlowTrigger.schedule({ every, pull: AppFlowPull.newFiles() }) }),
      /^PullMismatch: AppFlowPull.newFiles\(\) with Salesforce/,
    ],
    ['a name that AppFlow refuses', () => flow({ flowName: '-no' }), /^InvalidFlowName: flow name "-no"/],
    ['a connection without a name', () => AppFlowConnection.fromName(''), /^InvalidConnectionName: /],
    [
      'parts of a minute',
      () => AppFlowTrigger.schedule({ every: Duration.seconds(90), pull: AppFlowPull.full() }),
      /^InvalidFlowSchedule: every /,
    ],
    [
      'an offset as long as the time between two runs',
      () => AppFlowTrigger.schedule({ every, pull: AppFlowPull.full(), offset: every }),
      /^InvalidFlowSchedule: offset /,
    ],
    [
      'an end before the start',
      () =>
        AppFlowTrigger.schedule({ every, pull: AppFlowPull.full(), startTime: new Date(1000), endTime: new Date(999) }),
      /^InvalidFlowSchedule: startTime /,
    ],
    [
      'no failure at all before the flow is deactivated',
      () => AppFlowTrigger.schedule({ every, pull: AppFlowPull.full(), deactivateAfterFailures: 0 }),
      /^InvalidFlowSchedule: deactivateAfterFailures "0"/,
    ],
    [
      'files of no size',
      () => AppFlowOutput.json({ aggregation: AppFlowAggregation.targetSize(Size.mebibytes(0)) }),
      /^InvalidFileSize: /,
    ],
    [
      'new fields with a list of fields',
      () =>
        flow({
          source: AppFlowSource.salesforce({ connection, object: 'Contact', newFields: true }),
          filters: [AppFlowFilter.contains('Name', 'a')],
          mapping: AppFlowMapping.fields(AppFlowField.of('Id')),
        }),
      /^NewFieldsNeedAllFields: /,
    ],
    [
      'a field to go by in files',
      () => {
        const { stack, storage } = lake();
        const source = AppFlowSource.s3({ location: storage.raw.location('in'), format: AppFlowS3Format.CSV });
        const trigger = AppFlowTrigger.schedule({ every, pull: AppFlowPull.incremental('changed') });
        return new AppFlowIngestion(stack, 'Files', { source, trigger, target: storage.raw.location('files') });
      },
      /^PullMismatch: AppFlowPull.incremental\("changed"\)/,
    ],
    [
      'a scheduled flow in a pipeline',
      () => {
        const { stack, ingestion } = flow({ trigger: AppFlowTrigger.schedule({ every, pull: AppFlowPull.full() }) });
        return ingestion.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() });
      },
      /^TaskNeedsOnDemand: flow "Lake\/Customers"/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
