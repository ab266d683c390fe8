import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LakeEvent } from '../../../src/services/event-bus';
import { missing, titled } from '../../engines/spark/spark-lake';
import { JobLake, role, roleArn } from './job-lake';

const BUCKET = 'arn:aws:s3:::lake';
const COUNTS = `
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
frame = spark.read.option("header", True).csv("s3://lake/in/")
frame.write.mode("overwrite").partitionBy("name").parquet("s3://lake/out/")
print("LAKEWRIGHT_MEASURES", '{"rowsIn": %d, "rowsOut": %d, "tables": ["db.out"]}' % (frame.count(), frame.count()))
print(sys.argv[1:])
`;

describe.skipIf(missing)(titled('Glue jobs'), () => {
  let jobs: JobLake;
  const events: LakeEvent[] = [];
  const statesOf = (name: string) =>
    events.filter(({ detail }) => detail.jobName === name).map(({ detail }) => [detail.state, detail.severity]);

  beforeAll(async () => {
    jobs = await JobLake.open([
      role('Reader', ['s3:GetObject', 's3:ListBucket'], [BUCKET, `${BUCKET}/scripts/*`, `${BUCKET}/in/*`]),
      role(
        'Writer',
        ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:DeleteObject'],
        [BUCKET, `${BUCKET}/scripts/*`, `${BUCKET}/in/*`, `${BUCKET}/out/*`],
      ),
      role('Neighbour', ['s3:*'], [`${BUCKET}/scripts/*`, `${BUCKET}/other/*`]),
    ]);
    jobs.lake.events.subscribe((event) => {
      if (event['detail-type'] === 'Glue Job State Change') events.push(event);
    });
    await jobs.lake.objects.write('lake', 'in/a.csv', 'id,name\n1,a\n2,b\n');
  });
  afterAll(() => jobs?.close());

  test('run a script on Spark with the arguments of the job and of the run', async () => {
    await jobs.job('counts', COUNTS, {
      DefaultArguments: { '--a': 'default', '--b': 'default', '--enable-metrics': 'true' },
      NonOverridableArguments: { '--fixed': 'job' },
    });
    const run = await jobs.run('counts', { '--b': 'run', '--fixed': 'run' });
    expect(run).toMatchObject({ JobRunState: 'SUCCEEDED', Attempt: 0, GlueVersion: '5.0' });
    expect(run.ErrorMessage).toBeUndefined();
    const [a, b, ...more] = await jobs.spark.keys('out/');
    expect([a, b].map((key) => key?.replace(/part-.*/, ''))).toEqual(['out/name=a/', 'out/name=b/']);
    expect(more).toEqual([]);
    const log = await import('node:fs').then((fs) =>
      fs.readFileSync(`${jobs.lake.workspace.root}/logs/aws-glue/jobs/output/${run.Id}.log`, 'utf8'),
    );
    expect(log).toContain(
      `['--a', 'default', '--b', 'run', '--fixed', 'job', '--JOB_NAME', 'counts', '--JOB_ID', 'j_counts', '--JOB_RUN_ID', '${run.Id}']`,
    );
    expect(statesOf('counts')).toEqual([['SUCCEEDED', 'INFO']]);
  });

  test('are a task of Step Functions, with measures, and fail it with the run as the cause', async () => {
    await jobs.job('sync', COUNTS);
    const task = jobs.lake.service('glue').tasks['glue:startJobRun.sync'];
    const call = {
      ...{ caller: { principal: 'local-admin', requestId: 'x' }, executionArn: 'e', stateName: 's' },
      signal: new AbortController().signal,
    };
    const done = await task?.({ JobName: 'sync', Arguments: { '--number': 3 } }, call);
    expect(done).toMatchObject({
      output: { JobName: 'sync', JobRunState: 'SUCCEEDED', Arguments: { '--number': '3' } },
      measures: { rowsIn: 2, rowsOut: 2, tables: ['db.out'] },
    });
    await jobs.job('throws', 'raise ValueError("no such month: 13")');
    const failure = await task?.({ JobName: 'throws' }, call).then(
      () => undefined,
      (error) => error,
    );
    expect(failure.code).toBe('States.TaskFailed');
    expect(JSON.parse(failure.message)).toMatchObject({
      JobRunState: 'FAILED',
      ErrorMessage: 'ValueError: no such month: 13',
    });
    expect(statesOf('throws')).toEqual([['FAILED', 'ERROR']]);
    await expect(task?.({ JobName: 'nothing' }, call)).rejects.toMatchObject({ code: 'EntityNotFoundException' });
  });

  test("say Spark's own cause", async () => {
    await jobs.job(
      'cause',
      'from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().read.csv("s3://lake/nothing/")',
    );
    expect((await jobs.run('cause')).ErrorMessage).toBe(
      'AnalysisException: [PATH_NOT_FOUND] Path does not exist: s3://lake/nothing.',
    );
  });

  test("have their role's rights on each object, and no other", async () => {
    for (const Role of ['Reader', 'Writer', 'Neighbour']) await jobs.job(Role, COUNTS, { Role: roleArn(Role) });
    const before = await jobs.spark.keys('out/');
    const refused = await jobs.run('Reader');
    expect(refused).toMatchObject({ JobRunState: 'FAILED' });
    expect(refused.ErrorMessage).toMatch(/Reader\/lakewright is not authorized to perform: s3:(Put|Delete)Object/);
    expect(await jobs.spark.keys('out/')).toEqual(before);
    expect((await jobs.run('Neighbour')).ErrorMessage).toMatch(/is not authorized to perform: s3:ListBucket/);
    expect((await jobs.run('Writer')).JobRunState).toBe('SUCCEEDED');
  });

  test('that are stopped or out of time leave no object, and the next run is well', async () => {
    const slow = `
import time
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
def late(rows):
    for row in rows:
        time.sleep(0.5)
        yield row
spark.sparkContext.parallelize(range(400), 4).mapPartitions(late).map(lambda n: (n,)).toDF(["n"]).write.parquet("s3://lake/slow/")
`;
    await jobs.job('slow', slow);
    const { JobRunId } = await jobs.call('StartJobRun', { JobName: 'slow' });
    await expect(jobs.call('StartJobRun', { JobName: 'slow' })).rejects.toMatchObject({
      code: 'ConcurrentRunsExceededException',
      message: 'Concurrent runs exceeded for slow',
    });
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const stopped = await jobs.call('BatchStopJobRun', { JobName: 'slow', JobRunIds: [JobRunId, 'jr_none'] });
    expect(stopped.SuccessfulSubmissions).toEqual([{ JobName: 'slow', JobRunId }]);
    expect(stopped.Errors).toMatchObject([{ JobRunId: 'jr_none' }]);
    expect(await jobs.ended('slow', JobRunId)).toMatchObject({ JobRunState: 'STOPPED' });
    const late = await jobs.call('StartJobRun', { JobName: 'slow', Timeout: 0.1 });
    expect(await jobs.ended('slow', late.JobRunId)).toMatchObject({ JobRunState: 'TIMEOUT' });
    expect(await jobs.spark.keys('slow/')).toEqual([]);
    expect(statesOf('slow')).toEqual([
      ['STOPPED', 'INFO'],
      ['TIMEOUT', 'WARN'],
    ]);
    const next = await jobs.run('counts');
    expect(next.JobRunState).toBe('SUCCEEDED');
    expect(next.ExecutionTime).toBeLessThan(20);
  });

  test('are tried again as often as the job says, each attempt a run', async () => {
    const twice = `
import boto3
s3 = boto3.client("s3")
tries = s3.list_objects_v2(Bucket="lake", Prefix="tries/").get("KeyCount", 0)
s3.put_object(Bucket="lake", Key=f"tries/{tries}", Body=b"")
if tries < 2:
    raise RuntimeError(f"attempt {tries}")
`;
    await jobs.job('again', twice, { MaxRetries: 2, Command: { Name: 'pythonshell', PythonVersion: '3.9' } });
    const first = await jobs.run('again');
    expect(first).toMatchObject({ JobRunState: 'FAILED', ErrorMessage: 'RuntimeError: attempt 0' });
    await jobs.lake.background.settled();
    const { JobRuns } = await jobs.call('GetJobRuns', { JobName: 'again' });
    expect(JobRuns.map((run: { Id: string }) => run.Id)).toEqual([
      `${first.Id}_attempt_2`,
      `${first.Id}_attempt_1`,
      first.Id,
    ]);
    expect(JobRuns.map((run: { JobRunState: string }) => run.JobRunState)).toEqual(['SUCCEEDED', 'FAILED', 'FAILED']);
    expect(JobRuns[0].PreviousRunId).toBe(`${first.Id}_attempt_1`);
  });

  test('keep a bookmark after a run that succeeded, until it is reset', async () => {
    const script = `
import json, os, sys
file = os.environ["LAKEWRIGHT_BOOKMARK"]
state = json.load(open(file))
state["sources"]["x"] = state["sources"].get("x", 0) + 1
json.dump(state, open(file + ".new", "w"))
os.replace(file + ".new", file)
print("paused", os.environ.get("LAKEWRIGHT_BOOKMARK_PAUSE"))
if "--fail" in sys.argv:
    sys.exit(3)
`;
    await jobs.job('marks', script, {
      Command: { Name: 'pythonshell' },
      DefaultArguments: { '--job-bookmark-option': 'job-bookmark-enable' },
    });
    const entry = async () => (await jobs.call('GetJobBookmark', { JobName: 'marks' })).JobBookmarkEntry;
    await expect(entry()).rejects.toMatchObject({ code: 'EntityNotFoundException' });
    await jobs.run('marks');
    expect(await jobs.run('marks', { '--fail': '' })).toMatchObject({ ErrorMessage: 'SystemExit: 3' });
    await jobs.run('marks', { '--job-bookmark-option': 'job-bookmark-pause' });
    expect(await entry()).toMatchObject({ Version: 0, Run: 1 });
    await jobs.run('marks');
    const second = await entry();
    expect(JSON.parse(second.JobBookmark)).toEqual({ version: 1, sources: { x: 2 } });
    expect(second).toMatchObject({ Version: 1, Run: 2 });
    await jobs.call('ResetJobBookmark', { JobName: 'marks' });
    await expect(entry()).rejects.toMatchObject({ code: 'EntityNotFoundException' });
  });

  test('find the files and modules that they name', async () => {
    await jobs.lake.objects.write('lake', 'lib/helper.py', 'def twice(n):\n    return 2 * n\n');
    await jobs.lake.objects.write('lake', 'lib/words.txt', 'hello');
    const script = `
import helper
from pyspark.sql import SparkSession
from pyspark.sql.functions import udf
spark = SparkSession.builder.getOrCreate()
twice = udf(helper.twice, "long")
print(spark.range(3).select(twice("id")).collect(), open("words.txt").read())
assert spark.conf.get("spark.sql.shuffle.partitions") == "3", spark.conf.get("spark.sql.shuffle.partitions")
assert spark.conf.get("spark.sql.ansi.enabled") == "true"
`;
    await jobs.job('files', script, {
      DefaultArguments: {
        '--extra-py-files': 's3://lake/lib/helper.py',
        '--extra-files': 's3://lake/lib/words.txt',
        '--conf': 'spark.sql.shuffle.partitions=3 --conf spark.sql.ansi.enabled=true',
      },
    });
    expect((await jobs.run('files')).ErrorMessage).toBeUndefined();
  });

  test('of other kinds are refused by name', async () => {
    const refused = async (name: string, options: object, reason: RegExp) => {
      await jobs.job(name, '', options);
      await expect(jobs.call('StartJobRun', { JobName: name })).rejects.toMatchObject({
        code: 'InvalidInputException',
        message: expect.stringMatching(reason),
      });
    };
    await refused('streaming', { Command: { Name: 'gluestreaming' } }, /streaming jobs/);
    await refused('ray', { Command: { Name: 'glueray' } }, /Ray jobs/);
    await refused('scala', { DefaultArguments: { '--job-language': 'scala' } }, /Scala jobs/);
    await refused('old', { GlueVersion: '2.0' }, /Glue 2\.0 is not run locally: 5\.0/);
  });
});
