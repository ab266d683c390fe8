import fs from 'node:fs';
import path from 'node:path';
import type { SpoolEngine } from '../../../engines/spool';
import { literal, quoted } from '../../../engines/spool';
import type { LakeContext } from '../../service';
import { filterSql } from '../mapping/filter';
import type { TablePlan } from '../mapping/plan';
import { fileColumns, loadRows, spoolColumns } from '../output/file-columns';
import { loadKey, tablePrefix } from '../output/layout';
import type { S3Target } from '../output/s3-target';
import type { SourceSnapshot } from '../source/source-database';
import type { Journal, StagedFile } from './journal';
import { NO_ROWS, type TableStatistics, tableId } from './replication-state';
import type { TaskSettings } from './task-settings';

export interface FullLoadOptions {
  readonly lake: Pick<LakeContext, 'objects' | 'clock'>;
  readonly journal: Journal;
  readonly engine: SpoolEngine;
  readonly target: S3Target;
  readonly settings: TaskSettings;
  readonly signal: AbortSignal;
  warn(text: string): void;
  /** A table begins, has been loaded. */
  onTable(plan: TablePlan, rows: number | undefined): void;
}

export interface Loaded {
  readonly files: readonly StagedFile[];
  readonly tables: Readonly<Record<string, TableStatistics>>;
}

/** Loads the tables of a snapshot into files that aren't at the target yet. The next table is read while one is written. */
export async function loadTables(
  snapshot: SourceSnapshot,
  plans: readonly TablePlan[],
  options: FullLoadOptions,
): Promise<Loaded> {
  const { clock } = options.lake;
  const started = clock.now();
  const files: StagedFile[] = [];
  const tables: Record<string, TableStatistics> = {};
  let writing: Promise<void> = Promise.resolve();
  options.engine.warmUp();
  try {
    for (const plan of plans) {
      options.signal.throwIfAborted();
      options.onTable(plan, undefined);
      const begun = clock.now().getTime() / 1000;
      const spool = `${options.journal.newFile()}.csv`;
      const rows = await snapshot.load(plan.source, plan.reads, sourceCondition(plan, snapshot), spool);
      await writing;
      writing = write(plan, { file: spool, rows }, started, options).then(({ rows, staged }) => {
        files.push(...staged);
        const time = clock.now().getTime() / 1000;
        tables[tableId(plan.source)] = {
          ...NO_ROWS,
          fullLoadRows: rows,
          loadStarted: begun,
          loadFinished: time,
          updated: time,
        };
        options.onTable(plan, rows);
      });
      // Its failure is met by the next `await writing`; meanwhile it isn't one that nobody handles.
      writing.catch(() => {});
    }
  } finally {
    await writing;
  }
  return { files, tables };
}

/** Removes what is at the target, where the settings say so. */
export async function prepareTarget(
  plans: readonly TablePlan[],
  options: Omit<FullLoadOptions, 'engine'>,
): Promise<void> {
  const { lake, target, settings } = options;
  for (const plan of plans) {
    const prefix = tablePrefix(target, plan);
    if (settings.preparation === 'DO_NOTHING') {
      const { objects } = await lake.objects.page(target.bucket, { prefix, limit: 1 });
      if (objects.length === 0) continue;
      options.warn(
        `s3://${target.bucket}/${prefix} has files already: files of the same names are replaced, the others stay (TargetTablePrepMode DO_NOTHING)`,
      );
    } else {
      for (const { key } of await lake.objects.list(target.bucket, { prefix })) {
        await lake.objects.delete(target.bucket, key);
      }
    }
  }
}

function sourceCondition(plan: TablePlan, { dialect }: SourceSnapshot): string | undefined {
  return filterSql(plan.filters, { column: dialect.name, value: dialect.text });
}

async function write(
  plan: TablePlan,
  spool: { readonly file: string; readonly rows: number },
  time: Date,
  { engine, journal, target, signal, warn }: FullLoadOptions,
): Promise<{ rows: number; staged: StagedFile[] }> {
  const to = journal.newFile();
  const { size } = fs.statSync(spool.file);
  // Data files are smaller than their text: one is enough where the text has room in it.
  const several = size > target.maxFileBytes;
  const rows = await engine.write(
    {
      spools: [spool.file],
      rows: spool.rows,
      columns: spoolColumns(plan),
      output: fileColumns(plan, target, loadRows(target, time)),
      format: target.format,
      to,
      maxBytes: several ? target.maxFileBytes : undefined,
    },
    signal,
  );
  fs.rmSync(spool.file, { force: true });
  if (rows === 0) {
    // DMS makes no folder for an empty table.
    fs.rmSync(to, { recursive: true, force: true });
    return { rows, staged: [] };
  }
  const files = several ? flatten(to, journal) : [to];
  const staged = files.map((file, index) => ({ file, bucket: target.bucket, key: loadKey(target, plan, index + 1) }));
  await warnOfCutValues(plan, files, size, { engine, target, warn });
  return { rows, staged };
}

/** The journal knows files by their name in its folder. */
function flatten(folder: string, journal: Journal): string[] {
  const names = fs.readdirSync(folder).sort((a, b) => number(a) - number(b));
  const files = names.map((name) => {
    const file = journal.newFile();
    fs.renameSync(path.join(folder, name), file);
    return file;
  });
  fs.rmSync(folder, { recursive: true, force: true });
  return files;
}

const number = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);

async function warnOfCutValues(
  plan: TablePlan,
  files: readonly string[],
  size: number,
  { engine, target, warn }: Pick<FullLoadOptions, 'engine' | 'target' | 'warn'>,
): Promise<void> {
  if (target.format.kind !== 'parquet') return;
  for (const { name, lobLimit, refusesLongLobs } of plan.columns) {
    if (lobLimit === undefined || refusesLongLobs || size <= lobLimit) continue;
    const list = files.map(literal).join(', ');
    const [[count] = []] = await engine.texts(
      `SELECT CAST(count(*) AS VARCHAR) FROM read_parquet([${list}]) WHERE length(CAST(${quoted(name)} AS VARCHAR)) >= ${lobLimit}`,
      ['n'],
    );
    if (count !== '0') {
      warn(
        `${tableId(plan.source)}.${name}: ${count} values have the limit of ${lobLimit} characters or were cut to it (LobMaxSize); raise it, or set FailTasksOnLobTruncation`,
      );
    }
  }
}
