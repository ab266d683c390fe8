import fs from 'node:fs';
import {
  type DataFileRequest,
  lineLimit,
  quoted,
  readStatement,
  type SpoolColumn,
  type SpoolEngine,
  TextSpool,
} from '../../../engines/spool';
import {
  CHANGE_COLUMNS,
  changesFilter,
  fileColumns,
  type RowSource,
  spoolColumns,
  spoolName,
} from '../output/file-columns';
import { changesKey } from '../output/layout';
import type { S3Target } from '../output/s3-target';
import { spoolType } from '../source/dms-type';
import type { SourceDatabase } from '../source/source-database';
import type { Batch, BatchPart } from './change-log';
import type { Journal, StagedFile } from './journal';
import { NO_ROWS, type ReplicationState, type TableStatistics, tableId } from './replication-state';

export interface ChangeFilesOptions {
  readonly journal: Journal;
  readonly engine: SpoolEngine;
  readonly source: Pick<SourceDatabase, 'lookUp'>;
  readonly target: S3Target;
  /** The lake's time. */
  now(): Date;
}

/** Writes a batch of changes as data files, one for each table and date, and moves the replication's position. */
export class ChangeFiles {
  public constructor(private readonly options: ChangeFilesOptions) {}

  public async write(batch: Batch): Promise<void> {
    const { journal, target, now } = this.options;
    const { state } = journal;
    const fileTime = Math.max(now().getTime(), state.fileTime + 1);
    const names = new Names(fileTime);
    const files: StagedFile[] = [];
    const tables: Record<string, TableStatistics> = { ...state.tables };
    for (const part of batch.parts) {
      const file = journal.newFile();
      const counts = await this.writePart(part, file);
      const id = tableId(part.plan.source);
      tables[id] = added(tables[id] ?? NO_ROWS, part, counts, now());
      if (counts.I + counts.U + counts.D === 0) {
        fs.rmSync(file, { force: true });
        continue;
      }
      const key = names.free((time) => changesKey(target, part.plan, part.dates, new Date(time)));
      files.push({ file, bucket: target.bucket, key });
    }
    const next: ReplicationState = {
      ...state,
      position: batch.position,
      sequence: batch.sequence,
      fileTime: names.latest,
      tables,
    };
    await journal.commit(next, files);
  }

  /** @returns rows by operation, after filters */
  private async writePart(part: BatchPart, to: string): Promise<BatchPart['counts']> {
    const { engine, target } = this.options;
    const { plan, spool } = part;
    const join = part.unknown.columns.size > 0 ? await this.lookUp(part) : undefined;
    const rows = changeRows(part, target, join !== undefined);
    const where = changesFilter(plan, rows);
    const columns = [...CHANGE_COLUMNS, ...spoolColumns(plan)];
    const written = await engine.write({
      spools: [spool.file],
      columns,
      join: join?.rows,
      output: fileColumns(plan, target, rows),
      where,
      orderBy: quoted('$sequence'),
      format: target.format,
      to,
      rows: where === undefined ? spool.rows : undefined,
      longestRow: Math.max(spool.longestRow, join?.longestRow ?? 0),
    });
    const counts = written === spool.rows ? part.counts : await this.count(part, columns, where ?? 'true');
    spool.discard();
    for (const file of join?.rows.spools ?? []) fs.rmSync(file, { force: true });
    return counts;
  }

  private async count(part: BatchPart, columns: readonly SpoolColumn[], where: string): Promise<BatchPart['counts']> {
    const rows = readStatement({ spools: [part.spool.file], columns }, lineLimit(part.spool.longestRow));
    const sql = `SELECT "$op", CAST(count(*) AS VARCHAR) FROM (${rows}) WHERE ${where} GROUP BY 1`;
    const found = new Map((await this.options.engine.texts(sql, ['op', 'rows'])) as [string, string][]);
    return { I: Number(found.get('I') ?? 0), U: Number(found.get('U') ?? 0), D: Number(found.get('D') ?? 0) };
  }

  /**
   * Fetches what the log doesn't have from the table, as DMS does for large objects: values as they are now. What changed
   * since comes with a later row, so that the last one is right.
   */
  private async lookUp({ plan, unknown }: BatchPart): Promise<LookUp> {
    const { source, journal } = this.options;
    const indexes = [...unknown.columns];
    const wanted = indexes.map((index) => plan.reads[index]).filter((column) => column !== undefined);
    const keyColumns = plan.source.primaryKey.map((name) => plan.reads.findIndex((column) => column.name === name));
    const found = keyColumns.length === 0 ? [] : await source.lookUp(plan.source, wanted, [...unknown.keys.values()]);
    const spool = TextSpool.create(`${journal.newFile()}.csv`);
    for (const row of found) spool.write(row);
    spool.close();
    const column = (name: string, index: number): SpoolColumn => ({ name, type: spoolType(plan.reads[index].type) });
    const keys = keyColumns.map((index) => column(`k${index}`, index));
    const on = keyColumns.map((index) => `${quoted(spoolName(index))} = ${quoted(`k${index}`)}`).join(' AND ');
    return {
      rows: {
        spools: [spool.file],
        columns: [...keys, ...indexes.map((index) => column(`v${index}`, index))],
        on: on || 'false',
      },
      longestRow: spool.longestRow,
    };
  }
}

interface LookUp {
  readonly rows: NonNullable<DataFileRequest['join']>;
  readonly longestRow: number;
}

function changeRows({ unknown }: BatchPart, target: S3Target, joined: boolean): RowSource {
  return {
    op: '"$op"',
    sequence: '"$sequence"',
    commit: '"$commit"',
    withOp: target.opInChanges,
    column: (index) =>
      joined && unknown.columns.has(index)
        ? `CASE WHEN list_contains(string_split("$absent", ' '), '${index}') THEN "v${index}" ELSE ${quoted(spoolName(index))} END`
        : quoted(spoolName(index)),
  };
}

function added(table: TableStatistics, { ddls }: BatchPart, counts: BatchPart['counts'], time: Date): TableStatistics {
  return {
    ...table,
    inserts: table.inserts + counts.I,
    updates: table.updates + counts.U,
    deletes: table.deletes + counts.D,
    ddls: table.ddls + ddls,
    updated: time.getTime() / 1000,
  };
}

/** File names of one batch: the first free millisecond in each folder. */
class Names {
  private readonly taken = new Set<string>();
  public latest: number;

  public constructor(private readonly first: number) {
    this.latest = first;
  }

  public free(key: (time: number) => string): string {
    for (let time = this.first; ; time++) {
      const name = key(time);
      if (this.taken.has(name)) continue;
      this.taken.add(name);
      this.latest = Math.max(this.latest, time);
      return name;
    }
  }
}
