// TPC-H data at scale factor 1 as a lake: a folder per table, and the template that declares the tables.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requireRuntime } from './lake.mjs';

/** The generator, a wheel from PyPI (Apache-2.0). */
const GENERATOR = 'tpchgen-cli==4.0.0';
const CACHE = resolve('node_modules/.cache/lakewright-bench');

/** Columns in the generator's order, without its prefixes, as Trino's `tpch` connector names them. */
const TABLES = {
  region: 'regionkey name comment',
  nation: 'nationkey name regionkey comment',
  supplier: 'suppkey name address nationkey phone acctbal comment',
  customer: 'custkey name address nationkey phone acctbal mktsegment comment',
  part: 'partkey name mfgr brand type size container retailprice comment',
  partsupp: 'partkey suppkey availqty supplycost comment',
  orders: 'orderkey custkey orderstatus totalprice orderdate orderpriority clerk shippriority comment',
  lineitem:
    'orderkey partkey suppkey linenumber quantity extendedprice discount tax returnflag linestatus shipdate commitdate receiptdate shipinstruct shipmode comment',
};

const hiveType = (column) => {
  if (/key$/.test(column)) return 'bigint';
  if (/^(size|availqty|linenumber|shippriority)$/.test(column)) return 'int';
  if (/^(acctbal|retailprice|supplycost|totalprice|quantity|extendedprice|discount|tax)$/.test(column)) {
    return 'decimal(12,2)';
  }
  return /date$/.test(column) ? 'date' : 'string';
};

/**
 * Makes the data once and keeps it below node_modules/.cache.
 *
 * @returns the folder of tables, or undefined without Python
 */
export async function tpchData(scale = 1) {
  const folder = join(CACHE, `tpch-sf${scale}`);
  if (existsSync(folder)) return folder;
  const work = join(CACHE, 'tpch-new');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'generated'), { recursive: true });
  try {
    execFileSync('python3', ['-m', 'venv', join(work, 'venv')], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  execFileSync(join(work, 'venv/bin/pip'), ['install', '--quiet', GENERATOR], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const generated = join(work, 'generated');
  const args = ['parquet', '-s', String(scale), `--output-dir=${generated}`];
  execFileSync(join(work, 'venv/bin/tpchgen-cli'), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await rewrite(generated, join(work, 'tables'));
  renameSync(join(work, 'tables'), folder);
  rmSync(work, { recursive: true });
  return folder;
}

/** Both sides read files with the same names and types: the tables' declared ones. */
async function rewrite(generated, tables) {
  const { DuckDBInstance } = requireRuntime('@duckdb/node-api');
  const duckdb = await (await DuckDBInstance.create()).connect();
  for (const [table, text] of Object.entries(TABLES)) {
    mkdirSync(join(tables, table), { recursive: true });
    const names = text.split(' ');
    const casts = names.map((name) => `CAST(${name} AS ${hiveType(name).replace('string', 'varchar')}) AS ${name}`);
    const source = `read_parquet('${join(generated, `${table}.parquet`)}') AS t(${names.join(', ')})`;
    await duckdb.run(`COPY (SELECT ${casts.join(', ')} FROM ${source}) TO '${join(tables, table, 'part-0.parquet')}'`);
  }
}

/** Writes template and configuration of a lake on that folder; returns the template's path. */
export function tpchLake(folder, app) {
  const Resources = {
    Database: {
      Type: 'AWS::Glue::Database',
      Properties: { CatalogId: '000000000000', DatabaseInput: { Name: 'tpch' } },
    },
  };
  for (const [table, text] of Object.entries(TABLES)) {
    Resources[table] = {
      Type: 'AWS::Glue::Table',
      Properties: {
        CatalogId: '000000000000',
        DatabaseName: { Ref: 'Database' },
        TableInput: {
          Name: table,
          TableType: 'EXTERNAL_TABLE',
          StorageDescriptor: {
            Columns: text.split(' ').map((Name) => ({ Name, Type: hiveType(Name) })),
            Location: `s3://tpch/${table}/`,
            InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
            OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
            SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
          },
        },
      },
    };
  }
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'template.json'), JSON.stringify({ Resources }));
  writeFileSync(join(app, 'lakewright.config.json'), JSON.stringify({ buckets: { tpch: folder } }));
  return join(app, 'template.json');
}

export const TPCH_TABLES = Object.keys(TABLES);
