import { Crawler, CrawlerTarget } from '@lakewright/catalog';
import { LakeEnvironment } from '@lakewright/core';
import { aws_iam as iam, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { lake, PolicyEvaluator, ResolvedApp } from './support';

/** A machine that crawls raw files, converts them by CTAS, and reads the result. */
function pipeline() {
  const { stack, storage, catalog, workgroup } = lake({ enforced: false });
  const crawler = new Crawler(stack, 'Crawler', {
    database: catalog.raw,
    targets: [CrawlerTarget.s3(storage.raw.location('flights'))],
  });
  const role = new iam.Role(stack, 'MachineRole', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  crawler.grants.start(role);
  workgroup.grants.query(role);
  catalog.raw.dataset('flights').grants.read(role);
  catalog.converted.dataset('flights').grants.write(role);

  const query = (id: string, queryString: string) =>
    new tasks.AthenaStartQueryExecution(stack, id, {
      queryString,
      workGroup: workgroup.workgroupName,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      resultPath: sfn.JsonPath.DISCARD,
    });
  const crawl = crawler.bind(stack, 'Crawl', { environment: LakeEnvironment.sandbox() });
  const place = storage.converted.location('flights/run=1').uri;
  const definition = sfn.Chain.start(crawl.start)
    .next(
      query(
        'Convert',
        `CREATE TABLE converted.flights WITH (external_location = '${place}') AS SELECT * FROM raw.flights`,
      ),
    )
    .next(query('Check', 'SELECT count(*) FROM converted.flights'));
  const machine = new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(definition),
    // The upstream Athena task would add s3:GetObject on "*" and all of Glue: our grants are what the role shall have.
    role: role.withoutPolicyUpdates(),
  });
  return { stack, storage, catalog, workgroup, crawler, role, machine };
}

test('the grants of crawler, workgroup and data sets are all that the machine needs', () => {
  const { stack, storage, catalog, workgroup, crawler, role } = pipeline();
  const policies = PolicyEvaluator.of(stack);
  const may = (action: string, arn: string) => `${action} ${policies.decide(role, action, arn)}`;
  const [raw, converted] = [catalog.raw.dataset('flights'), catalog.converted.dataset('flights')];
  const { bucket, prefix } = workgroup.resultLocation(role);
  const key = storage.encryptionKey?.keyArn ?? '';

  const needs: [string, string][] = [
    ['glue:StartCrawler', crawler.crawlerArn],
    ['glue:GetCrawler', crawler.crawlerArn],
    // .sync: start, watch, and stop when the execution is stopped
    ['athena:StartQueryExecution', workgroup.workgroupArn],
    ['athena:GetQueryExecution', workgroup.workgroupArn],
    ['athena:StopQueryExecution', workgroup.workgroupArn],
    ['athena:GetDataCatalog', 'arn:aws:athena:eu-west-1:111111111111:datacatalog/AwsDataCatalog'],
    // read raw
    ['glue:GetDatabase', raw.databaseArn],
    ['glue:GetTable', raw.tableArn],
    ['glue:GetPartitions', raw.tableArn],
    ['s3:GetObject', storage.raw.bucket.arnForObjects('flights/a.parquet')],
    // CTAS into converted
    ['glue:GetDatabase', converted.databaseArn],
    ['glue:CreateTable', converted.tableArn],
    ['glue:DeleteTable', converted.tableArn],
    ['glue:BatchCreatePartition', converted.tableArn],
    ['s3:PutObject', storage.converted.bucket.arnForObjects('flights/run=1/a.parquet')],
    ['s3:AbortMultipartUpload', storage.converted.bucket.arnForObjects('flights/run=1/a.parquet')],
    ['s3:DeleteObject', storage.converted.bucket.arnForObjects('flights/run=1/a.parquet')],
    ['s3:GetObject', storage.converted.bucket.arnForObjects('flights/run=1/a.parquet')],
    ['s3:GetBucketLocation', storage.converted.bucket.bucketArn],
    // results
    ['s3:PutObject', bucket.arnForObjects(`${prefix}/id.csv`)],
    ['s3:GetObject', bucket.arnForObjects(`${prefix}/id.csv`)],
    ['s3:GetBucketLocation', bucket.bucketArn],
    ['kms:Decrypt', key],
    ['kms:GenerateDataKey', key],
  ];
  for (const [action, arn] of needs) expect(may(action, arn)).toBe(`${action} allowed`);

  const hasNot: [string, string][] = [
    ['s3:GetObject', storage.raw.bucket.arnForObjects('customers/a.parquet')],
    ['s3:PutObject', storage.raw.bucket.arnForObjects('flights/a.parquet')],
    ['s3:DeleteObject', storage.raw.bucket.arnForObjects('flights/a.parquet')],
    ['s3:GetObject', bucket.arnForObjects('results/somebody-else/id.csv')],
    ['s3:GetObject', 'arn:aws:s3:::any-other-bucket/a'],
    ['s3:CreateBucket', 'arn:aws:s3:::any-other-bucket'],
    ['glue:DeleteTable', raw.tableArn],
    ['glue:CreateDatabase', converted.databaseArn],
    ['athena:StartQueryExecution', 'arn:aws:athena:eu-west-1:111111111111:workgroup/primary'],
  ];
  for (const [action, arn] of hasNot) expect(may(action, arn)).toBe(`${action} denied`);
});

test('it says where its tables lie, and need not say where its results go', () => {
  const { stack, workgroup, role } = pipeline();
  const app = ResolvedApp.of(stack);
  const [machine] = app.resources('AWS::StepFunctions::StateMachine');
  expect(String(machine?.properties.DefinitionString)).not.toContain('OutputLocation');
  const [resource] = app.resources('AWS::Athena::WorkGroup');
  // Athena refuses external_location where the workgroup's settings are enforced.
  expect(resource?.properties.WorkGroupConfiguration).toMatchObject({
    EnforceWorkGroupConfiguration: false,
    ResultConfiguration: { OutputLocation: app.text(workgroup.resultLocation(role).uri) },
  });
});
