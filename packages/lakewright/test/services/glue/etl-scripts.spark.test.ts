import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureEnvironment, ensureJava } from '../../../src/engines/python/environment';
import { missing, titled } from '../../engines/spark/spark-lake';
import { JobLake, role, roleArn } from './job-lake';

const ETL = path.resolve(__dirname, '../../../../etl');
const BUCKET = 'arn:aws:s3:::lake';

describe.skipIf(missing)(titled('the Spark jobs of @lakewright/etl'), () => {
  test.each(['conversion_check.py', 'transformation_check.py', 'kill_check.py'])(
    'keep their laws: %s',
    async (script) => {
      const { python, jars } = await ensureEnvironment('glue-5.0');
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-etl-'));
      try {
        const { status, stderr } = spawnSync(python, ['-W', 'ignore', path.join(ETL, 'test/glue', script), folder], {
          encoding: 'utf8',
          maxBuffer: 1e8,
          env: {
            ...process.env,
            JAVA_HOME: await ensureJava(),
            LAKEWRIGHT_SPARK_JARS: jars.filter((jar) => jar.includes('avro')).join(','),
            PYTHONDONTWRITEBYTECODE: '1',
          },
        });
        expect(stderr).toMatch(/Ran \d+ tests?\b[\s\S]*OK/);
        expect(status).toBe(0);
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

describe.skipIf(missing)(titled('the conversion job, unmodified, on the local S3 and Data Catalog'), () => {
  let jobs: JobLake;
  const settings = {
    ...{ database: 'converted', table: 'flights', format: 'json', options: {}, compression: 'snappy' },
    columns: [
      { name: 'id', type: 'bigint', required: true },
      { name: 'date', type: 'date' },
    ],
    partitions: [{ kind: 'month', column: 'date', name: 'month' }],
    ...{ fileSize: 134217728, onInvalid: 'quarantine', reads: [] },
  };
  const locations = {
    '--source': 's3://lake/raw/flights/',
    '--target': 's3://lake/converted/flights/',
    '--state': 's3://lake/state/flights/',
    '--quarantine': 's3://lake/state/flights/quarantine/',
  };
  const lines = (...records: object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const raw = (key: string, text: string) => jobs.lake.objects.write('lake', `raw/flights/${key}`, text);
  const report = async (run: string) => JSON.parse(await jobs.text(`state/flights/reports/${run}.json`));
  const athena = async (QueryString: string): Promise<string[][]> => {
    const ResultConfiguration = { OutputLocation: 's3://lake/results/' };
    const { QueryExecutionId } = await jobs.call('StartQueryExecution', { QueryString, ResultConfiguration }, 'athena');
    for (;;) {
      const { QueryExecution } = await jobs.call('GetQueryExecution', { QueryExecutionId }, 'athena');
      const { State, StateChangeReason } = QueryExecution.Status;
      if (State === 'FAILED') throw new Error(StateChangeReason);
      if (State !== 'SUCCEEDED') continue;
      const { ResultSet } = await jobs.call('GetQueryResults', { QueryExecutionId }, 'athena');
      return ResultSet.Rows.slice(1).map(({ Data }: { Data: { VarCharValue: string }[] }) =>
        Data.map(({ VarCharValue }) => VarCharValue),
      );
    }
  };

  beforeAll(async () => {
    jobs = await JobLake.open([
      role(
        'Converter',
        ['s3:*', 'glue:GetTable', 'glue:CreateTable', 'glue:UpdateTable', 'glue:BatchCreatePartition'],
        [
          ...[BUCKET, `${BUCKET}/scripts/*`, `${BUCKET}/raw/*`, `${BUCKET}/converted/*`, `${BUCKET}/state/*`],
          'arn:aws:glue:*:*:catalog',
          'arn:aws:glue:*:*:database/converted',
          'arn:aws:glue:*:*:table/converted/flights',
        ],
      ),
    ]);
    await jobs.call('CreateDatabase', { DatabaseInput: { Name: 'converted' } });
    const { python } = await ensureEnvironment('glue-5.0');
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-etl-'));
    const zip = 'import shutil, sys; shutil.make_archive(sys.argv[1], "zip", sys.argv[2])';
    execFileSync(python, ['-c', zip, path.join(folder, 'modules'), path.join(ETL, 'glue/modules')]);
    await jobs.lake.objects.write('lake', 'scripts/modules.zip', fs.readFileSync(path.join(folder, 'modules.zip')));
    fs.rmSync(folder, { recursive: true, force: true });
    await jobs.job('convert', fs.readFileSync(path.join(ETL, 'glue/spark_conversion.py'), 'utf8'), {
      Role: roleArn('Converter'),
      DefaultArguments: {
        ...locations,
        '--settings': JSON.stringify(settings),
        '--extra-py-files': 's3://lake/scripts/modules.zip',
      },
    });
  });
  afterAll(() => jobs?.close());

  test('makes the table, sets bad rows aside, takes new files only, and replaces those that changed', async () => {
    await raw('a.json', lines({ id: 1, date: '2001-01-01' }, { id: 'x' }, { id: 2, date: '2001-02-01' }));
    const first = await jobs.run('convert', { '--run_id': 'one' });
    expect(first.ErrorMessage).toBeUndefined();
    expect(first.JobRunState).toBe('SUCCEEDED');
    expect(await report('one')).toMatchObject({ filesIn: 1, rowsIn: 3, rowsOut: 2, rowsQuarantined: 1 });
    const rows = 'SELECT id, cast(date AS varchar), month FROM converted.flights ORDER BY id';
    expect(await athena(rows)).toEqual([
      ['1', '2001-01-01', '2001-01'],
      ['2', '2001-02-01', '2001-02'],
    ]);
    await raw('late.json', lines({ id: 3, date: '2001-01-31' }));
    await jobs.run('convert', { '--run_id': 'two' });
    expect((await report('two')).filesIn).toBe(1);
    await jobs.run('convert', { '--run_id': 'three' });
    expect((await report('three')).summary).toBe('converted 0 files: 0 rows in, 0 out');
    await raw('a.json', lines({ id: 4, date: '2001-01-01' }));
    await jobs.run('convert', { '--run_id': 'four' });
    expect(await athena(rows)).toEqual([
      ['3', '2001-01-31', '2001-01'],
      ['4', '2001-01-01', '2001-01'],
    ]);
    expect((await jobs.spark.keys('state/flights/')).filter((key) => /staging|quarantine/.test(key))).toEqual([]);
  });

  test('fails where it may not read, and takes the file up when it may: it is no torn one', async () => {
    await jobs.lake.objects.write('lake', 'secret/a.json', lines({ id: 9 }));
    const refused = await jobs.run('convert', { '--run_id': 'five', '--source': 's3://lake/secret/' });
    expect(refused.JobRunState).toBe('FAILED');
    expect(refused.ErrorMessage).toMatch(/AccessDenied|Forbidden/);
    expect((await report('five')).status).toBe('FAILED');
    expect(await athena('SELECT count(*) FROM converted.flights WHERE id = 9')).toEqual([['0']]);
  });
});
