import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DuckDbEngine } from '../../../../src/engines/sql/runtime';
import { TableReader } from '../../../../src/services/athena/tables/lake-catalog';
import { tableEngine } from '../../../../src/services/athena/tables/table-engine';
import { CatalogLinks } from '../../../../src/services/glue/catalog/resource-links';
import type { StorageDescriptor } from '../../../../src/workspace/catalog-store';
import { FolderCatalogStore } from '../../../../src/workspace/folder-catalog-store';
import { LocalObjectStore } from '../../../../src/workspace/local-object-store';
import { temporaryWorkspace } from '../../../workspace/temporary-workspace';

const DATA = join(__dirname, '../../../corpus/real/data');
const COLUMNS = JSON.parse(readFileSync(join(DATA, 'tables.json'), 'utf8')) as Record<
  string,
  { columns: [name: string, type: string][] }
>;

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open();
});
afterAll(() => engine.close());

const LAZY = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';
const OPEN_CSV = 'org.apache.hadoop.hive.serde2.OpenCSVSerde';
const OPENX = 'org.openx.data.jsonserde.JsonSerDe';
const HIVE_JSON = 'org.apache.hive.hcatalog.data.JsonSerDe';
const REGEX = 'org.apache.hadoop.hive.serde2.RegexSerDe';
const CLOUDTRAIL_INPUT = 'com.amazon.emr.cloudtrail.CloudTrailInputFormat';

const WORD = '([^ ]*)';
const QUOTED = '"([^"]*)"';
const ALB_FIELDS = [
  ...[WORD, WORD, WORD, '([^ ]*):([0-9]*)', '([^ ]*?)[:-]([0-9]*)', '([-.0-9]*)', '([-.0-9]*)', '([-.0-9]*)'],
  ...['(|[-0-9]*)', '(-|[-0-9]*)', '([-0-9]*)', '([-0-9]*)', '"([^ ]*) (.*) (- |[^ ]*)"', QUOTED],
  ...[WORD, WORD, WORD, QUOTED, QUOTED, QUOTED],
];
const S3_FIELDS = [
  ...[WORD, WORD, '\\[(.*?)\\]', WORD, WORD, WORD, WORD, WORD, '("[^"]*"|-)'],
  ...['(-|[0-9]*)', WORD, WORD, WORD, WORD, WORD, '("[^"]*"|-)', '("[^"]*"|-)', WORD],
];

/** A log as its service delivers it, and the Parquet table that has the same rows. */
interface Log {
  readonly same: string;
  readonly serde: string;
  readonly inputFormat?: string;
  readonly parameters?: Record<string, string>;
  /** Columns that only the delivered form has not. */
  readonly without?: readonly string[];
  /** What stands for NULL in columns of text. */
  readonly missing?: Readonly<Record<string, string>> | string;
}

const HEADER = { 'skip.header.line.count': '1' };

const LOGS: Readonly<Record<string, Log>> = {
  cloudtrail: { same: 'cloudtrail_logs', serde: HIVE_JSON, inputFormat: CLOUDTRAIL_INPUT },
  vpcflow: { same: 'vpc_flow_logs', serde: LAZY, parameters: { 'field.delim': ' ', ...HEADER }, missing: '-' },
  alb: {
    same: 'alb_logs',
    serde: REGEX,
    parameters: { 'input.regex': ALB_FIELDS.join(' ') },
    missing: { target_ip: '' },
  },
  cloudfront: {
    same: 'cloudfront_logs',
    serde: LAZY,
    parameters: { 'field.delim': '\t', 'skip.header.line.count': '2' },
  },
  s3access: { same: 's3_access_logs', serde: REGEX, parameters: { 'input.regex': `${S3_FIELDS.join(' ')}.*` } },
  waf: { same: 'waf_logs', serde: OPENX },
  config: { same: 'aws_config', serde: OPENX },
  r53: { same: 'r53_resolver', serde: OPENX },
  guardduty: { same: 'guardduty', serde: OPENX },
  iot: { same: 'iot_telemetry', serde: HIVE_JSON },
  orders: { same: 'orders_csv', serde: OPEN_CSV, parameters: HEADER },
  compute_optimizer: { same: 'co_ec2', serde: OPEN_CSV, parameters: HEADER },
  customers: { same: 'customers', serde: OPENX },
  org: { same: 'org_accounts', serde: OPENX },
  health: { same: 'health_events', serde: OPENX },
  budgets: { same: 'budgets', serde: OPENX },
  securityhub: { same: 'securityhub_events', serde: OPENX, parameters: { 'mapping.detail-type': 'detail-type' } },
};

const NATIVE = JSON.parse(readFileSync(join(DATA, 'native.json'), 'utf8')) as { native: string; columns: string[] }[];

test.each(Object.entries(LOGS))('%s is read as delivered, row for row', async (name, log) => {
  const workspace = await temporaryWorkspace();
  const objects = new LocalObjectStore(workspace);
  const catalog = new FolderCatalogStore(workspace, { now: () => new Date() });
  objects.createBucket('logs');
  catalog.putDatabase({ Name: 'db' });
  for (const folder of [`native/${name}`, `bucket-real/${log.same}`]) {
    for (const file of readdirSync(join(DATA, folder), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const path = join(file.parentPath, file.name);
      await objects.write('logs', relative(DATA, path).split(sep).join('/'), readFileSync(path));
    }
  }
  const listed = NATIVE.find(({ native }) => native === `data/native/${name}`)?.columns as string[];
  const types = new Map(COLUMNS[log.same]?.columns);
  const columns = listed.map((column) => ({ Name: column, Type: types.get(column) as string }));
  const put = (table: string, StorageDescriptor: StorageDescriptor) =>
    catalog.putTable({
      DatabaseName: 'db',
      Name: table,
      StorageDescriptor: { ...StorageDescriptor, Columns: columns },
    });
  put('delivered', {
    Location: `s3://logs/native/${name}/`,
    InputFormat: log.inputFormat ?? 'org.apache.hadoop.mapred.TextInputFormat',
    SerdeInfo: { SerializationLibrary: log.serde, Parameters: log.parameters },
  });
  put('known', {
    Location: `s3://logs/bucket-real/${log.same}/`,
    SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
  });
  const reader = new TableReader(
    catalog,
    new CatalogLinks(catalog, '123456789012'),
    objects,
    workspace,
    tableEngine(engine),
  );
  const read = async (table: string) => {
    const session = reader.session(new Date(), { bytes: 0, files: 0, rows: 0 });
    const resolved = session.resolve({ catalog: 'awsdatacatalog', schema: 'db', table });
    if (resolved?.kind !== 'table') throw new Error(`no table ${table}`);
    const wanted = resolved.columns.filter((column) => !column.hidden);
    const { sql } = await session.scan(resolved, { columns: listed, constraints: [] });
    const { rows } = await engine.text(`SELECT * FROM ${sql}`, wanted, { maxRows: 100_000 });
    return rows.map((row) => row.map((value, index) => nullText(log, columns[index] as (typeof columns)[0], value)));
  };
  const sorted = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort();
  const known = sorted(await read('known'));
  expect(known.length).toBeGreaterThan(4);
  expect(sorted(await read('delivered'))).toEqual(known);
});

function nullText({ missing }: Log, column: { Name: string; Type: string }, value: string | null): string | null {
  const text = typeof missing === 'string' ? (column.Type === 'string' ? missing : undefined) : missing?.[column.Name];
  return value === text ? null : value;
}

test('every log of the corpus is read', () => {
  expect(NATIVE.map(({ native }) => native.split('/').at(-1)).sort()).toEqual(Object.keys(LOGS).sort());
});
