import { inflateRawSync } from 'node:zlib';
import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import {
  FileColumn,
  FileDrop,
  type FileDropProps,
  FileEncoding,
  FileSchema,
  type FileSchemaProps,
  OnInvalid,
  SheetSelection,
  UnknownColumns,
} from '../src';
import { PolicyEvaluator } from './support';

const COLUMNS = [
  FileColumn.string('tail_no', { header: 'Tail No', required: true }),
  FileColumn.integer('seats'),
  FileColumn.decimal('price', 12, 2),
  FileColumn.date('bought', { format: 'dd.MM.yyyy' }),
];

function setUp(props: (bucket: s3.Bucket) => Partial<FileDropProps> = () => ({})) {
  const stack = new Stack(new App(), 'Stack');
  const bucket = new s3.Bucket(stack, 'Lake', { encryptionKey: new kms.Key(stack, 'Key') });
  const [inbox, target] = [DataLocation.of(bucket, 'inbox/fleet'), DataLocation.of(bucket, 'fleet')];
  const schema = new FileSchema({ columns: COLUMNS });
  const drop = new FileDrop(stack, 'Drop', { inbox, target, schema, ...props(bucket) });
  return { stack, bucket, drop };
}

function configOf({ app }: PolicyEvaluator) {
  const [made] = app.resources('AWS::Lambda::Function').filter(({ id }) => id.startsWith('Drop'));
  const environment = made?.properties.Environment as { Variables: Record<string, string> } | undefined;
  return environment?.Variables ?? {};
}

describe('by default a drop', () => {
  const { stack, bucket, drop } = setUp();
  const partner = new iam.Role(stack, 'Partner', { assumedBy: new iam.AccountRootPrincipal() });
  const operator = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
  drop.grants.upload(partner);
  drop.grants.run(operator);
  const policies = PolicyEvaluator.of(stack);
  const decide = (who: iam.IRole, action: string, key: string) =>
    policies.decide(who, action, bucket.arnForObjects(key));

  test('reads exactly its inbox, writes exactly its target and state, and deletes nothing', () => {
    expect(decide(drop.role, 's3:GetObject', 'inbox/fleet/may.xlsx')).toBe('allowed');
    expect(decide(drop.role, 's3:GetObjectTagging', 'inbox/fleet/may.xlsx')).toBe('allowed');
    expect(decide(drop.role, 's3:GetObject', 'inbox/fleet2/may.xlsx')).toBe('denied');
    expect(decide(drop.role, 's3:PutObject', 'inbox/fleet/may.xlsx')).toBe('denied');
    expect(decide(drop.role, 's3:PutObject', 'fleet/a.parquet')).toBe('allowed');
    expect(decide(drop.role, 's3:GetObject', 'fleet/a.parquet')).toBe('denied');
    expect(decide(drop.role, 's3:PutObject', 'fleet-of-others/a.parquet')).toBe('denied');
    expect(decide(drop.role, 's3:PutObject', '_lakewright/fleet/reports/run.json')).toBe('allowed');
    expect(decide(drop.role, 's3:PutObject', '_lakewright/other/reports/run.json')).toBe('denied');
    for (const key of ['inbox/fleet/a', 'fleet/a', '_lakewright/fleet/a']) {
      expect(decide(drop.role, 's3:DeleteObject', key)).toBe('denied');
    }
    expect(policies.decide(drop.role, 'kms:GenerateDataKey', bucket.encryptionKey?.keyArn ?? '')).toBe('allowed');
  });

  test('lets those bring files who may, and those run it who may', () => {
    expect(decide(partner, 's3:PutObject', 'inbox/fleet/may.xlsx')).toBe('allowed');
    expect(decide(partner, 's3:GetObject', 'inbox/fleet/may.xlsx')).toBe('denied');
    expect(decide(partner, 's3:PutObject', 'fleet/may.parquet')).toBe('denied');
    expect(policies.decide(operator, 'lambda:InvokeFunction', drop.lambdaFunction.functionArn)).toBe('allowed');
    expect(policies.decide(partner, 'lambda:InvokeFunction', drop.lambdaFunction.functionArn)).toBe('denied');
  });

  test('tells its function what the files must look like', () => {
    const { CONFIG, ...places } = configOf(policies);
    expect(places).toEqual({
      INBOX_BUCKET: policies.text(bucket.bucketName),
      INBOX_PREFIX: 'inbox/fleet',
      TARGET_BUCKET: policies.text(bucket.bucketName),
      TARGET_PREFIX: 'fleet',
      STATE_BUCKET: policies.text(bucket.bucketName),
      STATE_PREFIX: '_lakewright/fleet',
    });
    expect(JSON.parse(CONFIG ?? '')).toEqual({
      columns: [
        { name: 'tail_no', type: 'string', required: true, header: 'Tail No' },
        { name: 'seats', type: 'integer', required: false },
        { name: 'price', type: 'decimal', required: false, precision: 12, scale: 2 },
        { name: 'bought', type: 'date', required: false, format: 'dd.MM.yyyy' },
      ],
      headerRow: 1,
      ignoreUnknown: false,
      decimalComma: false,
      nulls: [],
      encoding: 'utf-8',
      sheets: { kind: 'index', index: 1 },
      stop: false,
      maxBytes: 1024 ** 3,
      maxUnpackedBytes: 4 * 1024 ** 3,
    });
    expect(policies.app.resources('AWS::Events::Rule')).toEqual([]);
    expect(drop.metricErrors().metricName).toBe('Errors');
    expect(drop.metricDeadLetters().statistic).toBe('Maximum');
  });
});

describe('a drop with all options', () => {
  const { stack, bucket, drop } = setUp((lake) => ({
    schema: new FileSchema({
      columns: [
        FileColumn.boolean('leased', { trueText: ['ja'], falseText: ['nein'] }),
        FileColumn.timestamp('seen', { format: 'd.M.yyyy H:mm' }),
        FileColumn.double('weight'),
      ],
      headerRow: 3,
      unknownColumns: UnknownColumns.IGNORE,
      decimalComma: true,
      nullTexts: ['n/a'],
      encoding: FileEncoding.WINDOWS_1252,
      delimiter: ';',
      sheets: SheetSelection.all(),
    }),
    onInvalid: OnInvalid.stop(),
    takeOnArrival: true,
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
    maxSize: Size.mebibytes(10),
    maxUnpackedSize: Size.mebibytes(20),
    state: DataLocation.of(lake, 'states/fleet'),
    environment: LakeEnvironment.sandbox(),
    alarmAction: { bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-west-1:111111111111:alarms' }) },
  }));
  const policies = PolicyEvaluator.of(stack);

  test('tells its function all of them', () => {
    expect(JSON.parse(configOf(policies).CONFIG ?? '')).toMatchObject({
      columns: [{ trueText: ['ja'], falseText: ['nein'] }, { format: 'd.M.yyyy H:mm' }, { type: 'double' }],
      headerRow: 3,
      ignoreUnknown: true,
      decimalComma: true,
      nulls: ['n/a'],
      encoding: 'windows-1252',
      delimiter: ';',
      sheets: { kind: 'all' },
      stop: true,
      maxBytes: 10 * 1024 ** 2,
      maxUnpackedBytes: 20 * 1024 ** 2,
    });
  });

  test('is told of files in its inbox, has a schedule and alarms, and keeps its state elsewhere', () => {
    const [rule] = policies.app.resources('AWS::Events::Rule');
    expect(rule?.properties.EventPattern).toMatchObject({ detail: { object: { key: [{ prefix: 'inbox/fleet/' }] } } });
    expect(policies.app.resources('AWS::Scheduler::Schedule')).toHaveLength(1);
    expect(policies.app.resources('AWS::CloudWatch::Alarm')).toHaveLength(2);
    expect(policies.decide(drop.role, 's3:PutObject', bucket.arnForObjects('states/fleet/reports/a'))).toBe('allowed');
    expect(policies.decide(drop.role, 's3:PutObject', bucket.arnForObjects('_lakewright/fleet/a'))).toBe('denied');
  });
});

test('a schema that is longer than environment variables may be is packed', () => {
  const columns = Array.from({ length: 150 }, (_, i) => FileColumn.string(`column_${i}`, { header: `Column No ${i}` }));
  const { stack } = setUp(() => ({ schema: new FileSchema({ columns }) }));
  const { CONFIG = '' } = configOf(PolicyEvaluator.of(stack));
  expect(CONFIG.length).toBeLessThan(3000);
  const config = JSON.parse(inflateRawSync(Buffer.from(CONFIG, 'base64')).toString());
  expect(config.columns[149]).toMatchObject({ name: 'column_149', header: 'Column No 149' });
});

describe('refused are', () => {
  const refusals: [string, () => unknown, string][] = [
    ['names that the catalog has not', () => FileColumn.string('Tail No'), 'InvalidColumnName: column "Tail No" → '],
    [
      'decimals that nothing holds',
      () => FileColumn.decimal('a', 39, 0),
      'InvalidDecimal: decimal "39, 0" of column "a"',
    ],
    ['decimals with more behind than in all', () => FileColumn.decimal('a', 2, 3), 'InvalidDecimal: '],
    ['dates without a day', () => FileColumn.date('a', { format: 'MM.yyyy' }), 'InvalidDateFormat: format "MM.yyyy"'],
    ['dates with a time', () => FileColumn.date('a', { format: 'dd.MM.yyyy HH' }), 'InvalidDateFormat: '],
    ['formats with other letters', () => FileColumn.timestamp('a', { format: 'DD.MM.yyyy' }), 'InvalidDateFormat: '],
    ['sheets before the first', () => SheetSelection.index(0), 'InvalidSheet: sheet "0" → '],
    ['schemas without columns', () => schemaOf({ columns: [] }), 'NoColumns: '],
    [
      'a name twice',
      () => schemaOf({ columns: [FileColumn.string('a'), FileColumn.date('a')] }),
      'DuplicateColumn: "a"',
    ],
    [
      'a header twice',
      () => schemaOf({ columns: [FileColumn.string('a', { header: 'X' }), FileColumn.string('x')] }),
      'DuplicateColumn: "x" twice → ',
    ],
    ['rows of no header', () => schemaOf({ headerRow: -1 }), 'InvalidHeaderRow: headerRow "-1" → '],
    ['delimiters of two characters', () => schemaOf({ delimiter: '||' }), 'InvalidDelimiter: delimiter "||" → '],
    ['more than the disk holds', () => setUp(() => ({ maxSize: Size.gibibytes(5) })), 'InvalidFileSize: '],
    [
      'a target in the inbox',
      () => setUp((b) => ({ target: DataLocation.of(b, 'inbox/fleet/out') })),
      'LocationsOverlap: ',
    ],
    ['a state in the inbox', () => setUp((b) => ({ state: DataLocation.of(b, 'inbox/fleet') })), 'LocationsOverlap: '],
    [
      'schemas that are too long even when packed',
      () => {
        const header = (i: number) =>
          Array.from({ length: 40 }, (_, j) => ((i * 7919 + j * 104729) % 9973).toString(36)).join('');
        const columns = Array.from({ length: 200 }, (_, i) => FileColumn.string(`c${i}`, { header: header(i) }));
        return setUp(() => ({ schema: schemaOf({ columns }) }));
      },
      'SchemaTooLarge: a schema of 200 columns, ',
    ],
  ];
  test.each(refusals)('%s', (_name, make, message) => {
    expect(make).toThrow(message);
  });
});

function schemaOf(props: Partial<FileSchemaProps>): FileSchema {
  return new FileSchema({ columns: COLUMNS, ...props });
}

describePipelineTask('FileDrop', (stack) => {
  const bucket = new s3.Bucket(stack, 'Lake');
  const [inbox, target] = [DataLocation.of(bucket, 'inbox'), DataLocation.of(bucket, 'fleet')];
  return new FileDrop(stack, 'Drop', { inbox, target, schema: schemaOf({}) });
});
