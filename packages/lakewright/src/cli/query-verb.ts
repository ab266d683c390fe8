import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { QueryFailedError, type QueryResult } from '../actions/query/query';
import { renderResult } from '../actions/query/render';
import { type Host, LakewrightError } from '../host/host';
import type { Lake } from '../lake';
import type { GlobalOptions, QueryFlags } from './program';

/** `lakewright query`: one statement, printed or written to a file. */
export async function queryVerb(
  lake: Lake,
  host: Host,
  sql: string,
  options: GlobalOptions & QueryFlags,
): Promise<void> {
  const settings = { database: options.database, workgroup: options.workgroup, as: options.as };
  if (options.engine === 'trino') {
    if (options.as !== undefined) {
      const text = `--as ${options.as} --engine trino → Trino reads the files as they are, for nobody's eyes in particular → leave one of them away`;
      throw new LakewrightError('LW_QUERY_ENGINE', text, 2);
    }
    await onTrino(lake, host, sql, options);
    return;
  }
  if (options.output === 'parquet') {
    await toParquet(lake, host, sql, options.file, settings);
    return;
  }
  const result = await lake.query(sql, settings);
  if (result.approximate.length > 0) {
    const text = `approximate: ${result.approximate.join(', ')} may differ from Athena's answer`;
    host.notify({ code: 'LW_QUERY_APPROXIMATE', level: 'warning', text, data: result.approximate });
  }
  const text = renderResult(result, options.output);
  if (options.file) {
    writeFileSync(options.file, `${text}\n`);
    said(host, options.file, result);
  } else {
    host.notify({ code: 'LW_QUERY_RESULT', level: 'result', text, data: result });
  }
}

/** Values come as Trino's REST API gives them, not in Athena's text form. */
async function onTrino(lake: Lake, host: Host, sql: string, options: QueryFlags): Promise<void> {
  if (options.output === 'parquet' || options.file) {
    const text = '--engine trino → prints its answer → leave --file and --output parquet away';
    throw new LakewrightError('LW_QUERY_ENGINE', text, 2);
  }
  const started = performance.now();
  const answer = await lake.queryTrino(sql.trim().replace(/;$/, ''), { database: options.database });
  if ('error' in answer) throw new QueryFailedError('FAILED', `${answer.error.name}: ${answer.error.message}`);
  const result: QueryResult = {
    id: 'trino',
    columns: answer.columns,
    rows: answer.rows.map((row) =>
      row.map((value) => (value == null || typeof value === 'string' ? (value ?? null) : JSON.stringify(value))),
    ),
    seconds: (performance.now() - started) / 1000,
    scanned: 0,
    approximate: [],
  };
  host.notify({ code: 'LW_QUERY_RESULT', level: 'result', text: renderResult(result, options.output), data: result });
}

/** Athena itself writes Parquet: the statement is unloaded, and its one file copied. */
async function toParquet(
  lake: Lake,
  host: Host,
  sql: string,
  file: string | undefined,
  settings: { readonly database?: string; readonly workgroup?: string; readonly as?: string },
): Promise<void> {
  if (!file) {
    throw new LakewrightError('LW_QUERY_FILE', '--output parquet → a file, not text → add --file result.parquet', 2);
  }
  const files = await lake.unload(sql.trim().replace(/;$/, ''), settings);
  if (files.length !== 1) {
    throw new QueryFailedError('FAILED', `the result has ${files.length} Parquet files, expected one`);
  }
  copyFileSync(files[0], path.resolve(file));
  host.notify({ code: 'LW_QUERY_FILE_WRITTEN', level: 'info', text: `wrote ${file}` });
}

function said(host: Host, file: string, result: QueryResult): void {
  host.notify({ code: 'LW_QUERY_FILE_WRITTEN', level: 'info', text: `wrote ${result.rows.length} rows to ${file}` });
}
