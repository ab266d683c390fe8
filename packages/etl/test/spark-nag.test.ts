import { join } from 'node:path';
import * as events from 'aws-cdk-lib/aws-events';
import * as glue from 'aws-cdk-lib/aws-glue';
import { expect, test } from 'vitest';
import { PythonCode, RecordFormat, SparkConversion, SparkOutput, SparkTransformation, TableColumn } from '../src';
import { lake, nagFindings } from './support';

// That the four packs are active is what packages/core/test/support/nag.test.ts proves; this, that they look at these jobs.
test('control: cdk-nag objects to a Glue job without encryption', () => {
  const { app, stack } = lake();
  new glue.CfnJob(stack, 'Plain', { role: 'arn:aws:iam::111122223333:role/plain', command: { name: 'glueetl' } });
  expect(nagFindings(app).filter((finding) => finding.includes('Plain'))).not.toEqual([]);
});

test('cdk-nag finds nothing in Spark jobs that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app, stack, storage, catalog } = lake();
  new SparkConversion(stack, 'Flights', {
    source: storage.raw.location('flights'),
    format: RecordFormat.json(),
    target: catalog.converted.dataset('flights'),
    schema: [TableColumn.of('id', glue.Schema.BIG_INT)],
    transform: PythonCode.fromDirectory(join(__dirname, 'jobs', 'flights')),
    schedule: events.Schedule.cron({ hour: '3', minute: '0' }),
  });
  new SparkTransformation(stack, 'Features', {
    code: PythonCode.fromFile(join(__dirname, 'jobs', 'features', 'features.py'), { functionName: 'build' }),
    reads: [catalog.converted.dataset('flights')],
    writes: [SparkOutput.table(catalog.datasets.dataset('airport_features'))],
  });
  expect(nagFindings(app)).toEqual([]);
});
