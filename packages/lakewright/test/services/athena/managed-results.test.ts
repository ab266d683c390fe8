import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LakeResource } from '../../../src/assembly/resource';
import type { ApiShape } from '../../../src/services/api-shape';
import { type AthenaLake, openAthenaLake } from './athena-lake';

let lake: AthenaLake;
const MANAGED = { WorkGroup: 'managed', ResultConfiguration: undefined };

const workGroup = (physicalId: string, configuration: ApiShape): LakeResource =>
  ({
    type: 'AWS::Athena::WorkGroup',
    logicalId: physicalId,
    physicalId,
    properties: { Name: physicalId, WorkGroupConfiguration: configuration },
  }) as unknown as LakeResource;

beforeAll(async () => {
  lake = await openAthenaLake();
  await lake.apply(workGroup('managed', { ManagedQueryResultsConfiguration: { Enabled: 'true' } }));
});
afterAll(() => lake.close());

describe('managed query results', () => {
  test('are read by Athena’s API, lie in no bucket, and have no location', async () => {
    expect(await lake.rows('SELECT 6 * 7 AS answer', MANAGED)).toEqual([['42']]);
    const execution = await lake.run('SELECT 1 AS a', MANAGED);
    expect(execution.ManagedQueryResultsConfiguration).toEqual({ Enabled: true });
    expect(execution.ResultConfiguration).toBeUndefined();
    expect(lake.context.objects.buckets().map(({ name }) => name)).toEqual(['lake', 'results']);
    const folder = path.join(
      lake.context.workspace.root,
      'state/athena/managed/results/athena-managed-results/managed',
    );
    expect(existsSync(path.join(folder, `${execution.QueryExecutionId}.csv`))).toBe(true);
  });

  test('statements without rows work as well', async () => {
    expect((await lake.run('CREATE DATABASE made', MANAGED)).Status.State).toBe('SUCCEEDED');
    expect(await lake.rows('SHOW DATABASES', MANAGED)).toContainEqual(['made']);
  });

  test('are enforced: a location that a client gives is not looked at', async () => {
    const ResultConfiguration = { OutputLocation: 's3://results/mine/' };
    expect(await lake.rows('SELECT 2', { WorkGroup: 'managed', ResultConfiguration })).toEqual([['2']]);
    expect(await lake.context.objects.list('results', { prefix: 'mine/' })).toEqual([]);
  });

  test('are refused together with a location, in a workgroup and in a request', async () => {
    const ResultConfiguration = { OutputLocation: 's3://results/both/' };
    const Configuration = { ManagedQueryResultsConfiguration: { Enabled: true }, ResultConfiguration };
    await expect(lake.athena('CreateWorkGroup', { Name: 'both', Configuration })).rejects.toThrow(
      /ManagedQueryResultsConfiguration.Enabled together with ResultConfiguration.OutputLocation/,
    );
    await lake.athena('CreateWorkGroup', {
      Name: 'free',
      Configuration: { EnforceWorkGroupConfiguration: false, ManagedQueryResultsConfiguration: { Enabled: true } },
    });
    await expect(lake.run('SELECT 1', { WorkGroup: 'free', ResultConfiguration })).rejects.toThrow(
      /OutputLocation in WorkGroup free, whose results Athena manages/,
    );
  });

  test('CREATE TABLE AS has to say where the table lies', async () => {
    const free = { WorkGroup: 'free', ResultConfiguration: undefined };
    expect(await lake.reason('CREATE TABLE db.a AS SELECT 1 AS x', free)).toMatch(
      /needs the property 'external_location'/,
    );
    const sql = "CREATE TABLE db.a WITH (external_location = 's3://lake/a/') AS SELECT 1 AS x";
    expect((await lake.run(sql, free)).Status.State).toBe('SUCCEEDED');
    expect(await lake.rows('SELECT x FROM db.a', free)).toEqual([['1']]);
  });

  test('are never reused', async () => {
    const reuse = {
      ...MANAGED,
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 10 } },
    };
    await lake.run('SELECT 1 AS again', reuse);
    const second = await lake.run('SELECT 1 AS again', reuse);
    expect(second.Statistics.ResultReuseInformation.ReusedPreviousResult).toBe(false);
  });

  test('go to a bucket again when the workgroup is told so', async () => {
    await lake.athena('UpdateWorkGroup', {
      WorkGroup: 'free',
      ConfigurationUpdates: {
        ManagedQueryResultsConfigurationUpdates: { Enabled: false },
        ResultConfigurationUpdates: { OutputLocation: 's3://results/free/' },
      },
    });
    const { ResultConfiguration } = await lake.run('SELECT 1', { WorkGroup: 'free', ResultConfiguration: undefined });
    expect(ResultConfiguration.OutputLocation).toMatch(/^s3:\/\/results\/free\//);
  });

  test('are gone after 24 hours', async () => {
    const { QueryExecutionId } = await lake.run('SELECT 1', MANAGED);
    await lake.context.clock.wait(24 * 3600_000);
    await expect(lake.athena('GetQueryResults', { QueryExecutionId })).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: expect.stringContaining('was deleted after 24 hours'),
    });
  });
});

test('a workgroup for Spark is recorded, and takes no SQL', async () => {
  const spark = workGroup('spark', { EngineVersion: { SelectedEngineVersion: 'Apache Spark version 3.5' } });
  const handler = lake.service('athena').resources['AWS::Athena::WorkGroup'];
  expect(handler?.classify?.(spark)).toMatchObject({ classification: 'recorded' });
  expect(handler?.classify?.(workGroup('sql', {}))).toEqual({ classification: 'executed' });
  await lake.apply(spark);
  await expect(lake.run('SELECT 1', { WorkGroup: 'spark' })).rejects.toThrow(
    /WorkGroup spark is for Apache Spark version 3.5/,
  );
});

test('an unknown workgroup is named in Athena’s words', async () => {
  await expect(lake.run('SELECT 1', { WorkGroup: 'nobody' })).rejects.toMatchObject({
    code: 'InvalidRequestException',
    message: 'WorkGroup nobody is not found.',
    fields: { AthenaErrorCode: 'WORKGROUP_NOT_FOUND' },
  });
});
