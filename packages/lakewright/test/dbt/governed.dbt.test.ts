import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPython } from '../clients/python/venv';
import { type ProjectLake, projectLake } from './project-lake';

let lake: ProjectLake;

describe.skipIf(!hasPython)('a dbt project under Lake Formation', () => {
  beforeAll(async () => {
    const folders = [path.join(__dirname, '../clients/dbt'), path.join(__dirname, 'overlay')];
    lake = await projectLake(folders, true);
    lake.lake.objects.createBucket('results');
    const zone = lake.lake.resources.find((one) => one.path.endsWith('/Raw/Bucket/Resource'))?.physicalId;
    await lake.ask(
      `CREATE TABLE raw.flights WITH (format = 'PARQUET', external_location = 's3://${zone}/raw/flights/') AS
       SELECT n AS flight, date_add('minute', -n, localtimestamp) AS loaded_at FROM UNNEST(sequence(1, 20)) AS t(n)`,
    );
  });
  afterAll(() => lake?.close());

  test('builds and builds again with what its role was granted', async () => {
    for (const time of ['first', 'second']) {
      const run = await lake.run('Whole');
      expect([time, run.status], run.output).toEqual([time, 'SUCCEEDED']);
      expect(run.output).toContain('PASS=22 WARN=0 ERROR=0 SKIP=0');
    }
    expect(await lake.ask('SELECT sum(value) FROM shop.customer_value')).toEqual([['175.84']]);
  });

  test('may not write what it only reads', async () => {
    const model = "{{ config(schema='raw', alias='flights', materialized='table', tags=['daily']) }} select 1 as id\n";
    fs.mkdirSync(path.join(lake.project, 'macros'));
    const named = '{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}';
    fs.writeFileSync(path.join(lake.project, 'macros/schema.sql'), named);
    fs.writeFileSync(path.join(lake.project, 'models/intruder.sql'), model);
    await lake.synthesize();
    const run = await lake.run('Daily');
    // It isn't shown databases of others: dbt wants to make one.
    expect([run.status, run.cause?.Containers[0].ExitCode], run.output).toEqual(['FAILED', 2]);
    expect(run.output).toContain('is not authorized to perform: glue:CreateDatabase');
    expect(await lake.ask('SELECT count(*) FROM raw.flights')).toEqual([['20']]);
  });
});
