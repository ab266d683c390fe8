import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LakeEvent } from '../../../src/services/event-bus';
import { missing, titled } from '../../engines/spark/spark-lake';
import { ACCOUNT } from '../../server/temporary-lake';
import { JobLake, role, roleArn } from './job-lake';

const CATALOG = ['catalog', 'database/db', 'table/db/*'].map((one) => `arn:aws:glue:eu-west-1:${ACCOUNT}:${one}`);
const BUCKET = 'arn:aws:s3:::lake';
const READ = ['glue:GetTable', 'glue:GetDatabase', 'glue:GetPartitions', 's3:ListBucket', 's3:GetObject'];

describe.skipIf(missing)(titled('evaluation runs'), () => {
  let lake: JobLake;
  const events: LakeEvent[] = [];

  beforeAll(async () => {
    lake = await JobLake.open([
      role('Reader', READ, [...CATALOG, BUCKET, `${BUCKET}/people/*`]),
      role('Blind', ['glue:GetTable', 'glue:GetDatabase'], CATALOG),
    ]);
    lake.lake.events.subscribe((event) => {
      if (event['detail-type'] === 'Data Quality Evaluation Results Available') events.push(event);
    });
    await lake.lake.objects.write('lake', 'people/a.json', '{"id":1,"name":"Ann"}\n{"id":2}\n{"id":3,"name":"Bob"}\n');
    await lake.call('CreateDatabase', { DatabaseInput: { Name: 'db' } });
    await lake.call('CreateTable', {
      DatabaseName: 'db',
      TableInput: {
        Name: 'people',
        TableType: 'EXTERNAL_TABLE',
        Parameters: { classification: 'json' },
        StorageDescriptor: {
          Location: 's3://lake/people/',
          Columns: [
            { Name: 'id', Type: 'int' },
            { Name: 'name', Type: 'string' },
          ],
          InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
        },
      },
    });
    const rules = 'Rules = [ IsComplete "id", IsComplete "name", ReferentialIntegrity "name" "db.people.name" = 1.0 ]';
    await lake.call('CreateDataQualityRuleset', { Name: 'gate', Ruleset: rules });
    await lake.call('CreateDataQualityRuleset', { Name: 'dynamic', Ruleset: 'Rules = [ RowCount > avg(last(3)) ]' });
  });
  afterAll(() => lake?.close());

  const run = async (Role: string, RulesetNames = ['gate']) => {
    const DataSource = { GlueTable: { DatabaseName: 'db', TableName: 'people' } };
    const { RunId } = await lake.call('StartDataQualityRulesetEvaluationRun', {
      ...{ DataSource, Role: roleArn(Role), RulesetNames },
    });
    for (;;) {
      const found = await lake.call('GetDataQualityRulesetEvaluationRun', { RunId });
      if (found.Status !== 'RUNNING') return found;
    }
  };

  test('evaluate a table of the catalog on Spark, keep the result, and tell of it', async () => {
    const done = await run('Reader');
    expect(done).toMatchObject({ Status: 'SUCCEEDED', RulesetNames: ['gate'], ResultIds: [expect.any(String)] });
    const result = await lake.call('GetDataQualityResult', { ResultId: done.ResultIds[0] });
    expect(result.RuleResults).toMatchObject(
      [
        {
          Name: 'Rule_1',
          Description: 'IsComplete "id"',
          Result: 'PASS',
          EvaluatedMetrics: { 'Column.id.Completeness': 1 },
        },
        {
          Name: 'Rule_2',
          Result: 'FAIL',
          EvaluationMessage: /^Value: 0\.66.* does not meet the constraint requirement!$/,
        },
        { Name: 'Rule_3', Result: 'PASS' },
      ].map(({ EvaluationMessage, ...rest }) => ({
        ...rest,
        ...(EvaluationMessage && { EvaluationMessage: expect.stringMatching(EvaluationMessage) }),
      })),
    );
    expect(result).toMatchObject({ RulesetName: 'gate', RulesetEvaluationRunId: done.RunId });
    expect(result.Score).toBeCloseTo(2 / 3);
    expect(events.map(({ detail }) => [detail.context.tableName, detail.state, detail.numRulesFailed])).toEqual([
      ['people', 'FAILED', 1],
    ]);
  });

  test("have the rights of the run's role", async () => {
    const done = await run('Blind');
    expect(done).toMatchObject({ Status: 'FAILED', ErrorString: expect.stringContaining('s3:'), ResultIds: [] });
  });

  test('refuse what the Data Catalog has not: dynamic rules', async () => {
    const done = await run('Reader', ['dynamic']);
    expect(done).toMatchObject({ Status: 'FAILED', ErrorString: expect.stringContaining('dynamic rules') });
  });

  test('a Glue job evaluates its frames by EvaluateDataQuality, and its results are the lake’s', async () => {
    await lake.job(
      'checks',
      `
from awsglue.context import GlueContext
from awsglue.transforms import SelectFromCollection
from awsgluedq.transforms import EvaluateDataQuality
from pyspark.context import SparkContext
glue = GlueContext(SparkContext.getOrCreate())
people = glue.create_dynamic_frame.from_catalog(database="db", table_name="people")
rules = 'Rules = [ IsComplete "name", RowCount > last() ]'
checked = EvaluateDataQuality().process_rows(
    frame=people, ruleset=rules,
    publishing_options={"dataQualityEvaluationContext": "people", "enableDataQualityResultsPublishing": True},
    additional_options={"performanceTuning.caching": "CACHE_NOTHING"},
)
rows = SelectFromCollection.apply(dfc=checked, key="rowLevelOutcomes").toDF()
good = rows.filter("DataQualityEvaluationResult = 'Passed'").count()
outcomes = [row["Outcome"] for row in SelectFromCollection.apply(dfc=checked, key="ruleOutcomes").toDF().collect()]
print("LAKEWRIGHT_MEASURES", '{"rowsIn": %d, "rowsOut": %d, "tables": ["%s"]}' % (rows.count(), good, ",".join(outcomes)))
`,
    );
    const [first, second] = [await lake.run('checks'), await lake.run('checks')];
    expect([first.JobRunState, first.ErrorMessage, second.JobRunState]).toEqual(['SUCCEEDED', undefined, 'SUCCEEDED']);
    const { Results } = await lake.call('ListDataQualityResults', { Filter: { JobName: 'checks' } });
    const results = await Promise.all(
      Results.map(({ ResultId }: { ResultId: string }) => lake.call('GetDataQualityResult', { ResultId })),
    );
    // the second run has as many rows as the first: not more
    expect(results.map(({ RuleResults }) => RuleResults.map(({ Result }: { Result: string }) => Result))).toEqual(
      expect.arrayContaining([
        ['FAIL', 'PASS'],
        ['FAIL', 'FAIL'],
      ]),
    );
  });
});
