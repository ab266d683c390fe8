import path from 'node:path';
import { TextSpool } from '../../../engines/spool';
import { isChosen, type LobDefaults, planTable, type TablePlan } from '../mapping/plan';
import type { MappingRules } from '../mapping/rules';
import { ChangeSequence, type SequenceState } from '../output/change-sequence';
import { dateFolder } from '../output/date-folders';
import { timestampText } from '../output/file-columns';
import type { S3Target } from '../output/s3-target';
import { dmsTypeText } from '../source/dms-type';
import type { Change, RowChange, SourceColumn } from '../source/source-database';
import { tableId } from './replication-state';

/** Changes of whole transactions, in spool files. */
export interface Batch {
  readonly parts: readonly BatchPart[];
  /** After the last of its transactions. */
  readonly position: string;
  readonly sequence: SequenceState;
}

/** Changes of one table with the same columns, which go to one folder. */
export interface BatchPart {
  readonly plan: TablePlan;
  /** The folder by date, or ''. */
  readonly dates: string;
  readonly spool: TextSpool;
  readonly counts: Record<'I' | 'U' | 'D', number>;
  /** DDL statements that were seen before these rows. */
  ddls: number;
  /** Columns (by their index in `plan.reads`) with values that the log doesn't have, and the keys of these rows. */
  readonly unknown: { readonly columns: Set<number>; readonly keys: Map<string, readonly (string | null)[]> };
}

export interface ChangeLogOptions {
  readonly plans: readonly TablePlan[];
  readonly rules: MappingRules;
  readonly lobs: LobDefaults;
  readonly target: S3Target;
  /** For the spool files. */
  readonly folder: string;
  readonly sequence: SequenceState;
  warn(text: string): void;
  /** A batch is large enough; it isn't touched any more. */
  onBatch(batch: Batch): void;
}

/** Takes the source's changes, in commit order, and writes them to spool files by table and date. */
export class ChangeLog {
  private readonly plans = new Map<string, TablePlan>();
  private readonly sequence: ChangeSequence;
  private parts = new Map<string, BatchPart>();
  private ddls = new Map<string, number>();
  private commitTime = new Date(0);
  private position: string | undefined;
  private files = 0;

  public constructor(private readonly options: ChangeLogOptions) {
    for (const plan of options.plans) this.plans.set(tableId(plan.source), plan);
    this.sequence = new ChangeSequence(options.sequence);
  }

  /** @throws the disk's error, or LakewrightError for columns that can't be replicated */
  public take(change: Change): void {
    switch (change.kind) {
      case 'begin':
        this.commitTime = change.time;
        this.sequence.begin(change.time);
        return;
      case 'row':
        this.row(change);
        return;
      case 'columns':
        this.columns(change.schema, change.table, change.columns);
        return;
      case 'truncate':
        this.options.warn(
          `${change.schema}.${change.table} was truncated: DMS doesn't replicate TRUNCATE from this source, its rows stay at the target`,
        );
        return;
      case 'commit':
        this.position = change.position;
        if ([...this.parts.values()].some(({ spool }) => spool.bytes >= this.options.target.cdcFileBytes)) this.seal();
        return;
    }
  }

  /** Hands on what was taken and not handed on yet. The latest transaction must have ended. */
  public seal(): void {
    const { position } = this;
    const parts = [...this.parts.values()];
    this.parts = new Map();
    // Without rows, too: what others have written needn't be kept in the source.
    if (position === undefined) return;
    this.position = undefined;
    for (const { spool } of parts) spool.close();
    this.options.onBatch({ parts, position, sequence: this.sequence.state });
  }

  /** Removes what isn't handed on. */
  public discard(): void {
    for (const { spool } of this.parts.values()) spool.discard();
    this.parts = new Map();
  }

  private row({ schema, table, op, values, formerKey }: RowChange): void {
    const plan = this.plans.get(tableId({ schema, name: table }));
    if (plan === undefined) return;
    // A row that gets another key is another row to whoever reads by key.
    if (formerKey !== undefined) {
      this.write(plan, 'D', formerKey);
      this.write(plan, 'I', values);
    } else this.write(plan, op, values);
  }

  private write(plan: TablePlan, op: 'I' | 'U' | 'D', values: ReadonlyMap<string, string | null>): void {
    if (!this.options.target.operations.has(op)) return;
    const part = this.part(plan);
    let absent: string | null = null;
    const cells: (string | null)[] = [op, this.sequence.next(), timestampText(this.commitTime), null];
    for (const [index, { name }] of plan.reads.entries()) {
      const value = values.get(name);
      cells.push(value ?? null);
      if (value !== undefined || op === 'D') continue;
      absent = absent === null ? `${index}` : `${absent} ${index}`;
      part.unknown.columns.add(index);
    }
    if (absent !== null) {
      cells[3] = absent;
      const key = plan.source.primaryKey.map((name) => values.get(name) ?? null);
      part.unknown.keys.set(JSON.stringify(key), key);
    }
    part.spool.write(cells);
    part.counts[op]++;
  }

  private part(plan: TablePlan): BatchPart {
    const { target, folder } = this.options;
    const dates = target.dateFolders ? dateFolder(target.dateFolders, this.commitTime) : '';
    const table = tableId(plan.source);
    const id = JSON.stringify([table, dates]);
    const open = this.parts.get(id);
    if (open?.plan === plan) return open;
    // The table's columns have changed: the rows before are kept as they are, under another name.
    if (open !== undefined) {
      this.parts.delete(id);
      this.parts.set(`${id} ${this.files}`, open);
    }
    const part: BatchPart = {
      plan,
      dates,
      spool: TextSpool.create(path.join(folder, `changes-${this.files++}.csv`)),
      counts: { I: 0, U: 0, D: 0 },
      ddls: this.ddls.get(table) ?? 0,
      unknown: { columns: new Set(), keys: new Map() },
    };
    this.ddls.delete(table);
    this.parts.set(id, part);
    return part;
  }

  /** As DMS does for S3: records from here on have the table's new columns, those before stay as they are. */
  private columns(schema: string, name: string, columns: readonly SourceColumn[]): void {
    const { rules, lobs, warn } = this.options;
    const id = tableId({ schema, name });
    const former = this.plans.get(id);
    if (former === undefined && !isChosen({ schema, name }, rules.selections)) return;
    const known = former?.source.columns ?? [];
    const logged = known.filter(({ computed }) => !computed);
    if (former !== undefined && text(logged) === text(columns)) return;
    const primaryKey = (former?.source.primaryKey ?? []).filter((key) => columns.some((column) => column.name === key));
    const all = [...columns, ...known.filter(({ computed }) => computed)];
    this.plans.set(id, planTable({ schema, name, columns: all, primaryKey }, rules, lobs));
    this.ddls.set(id, (this.ddls.get(id) ?? 0) + 1);
    if (former === undefined) return;
    const [added, dropped] = [difference(columns, logged), difference(logged, columns)];
    warn(
      `the columns of ${id} changed (${[...added.map((one) => `+${one}`), ...dropped.map((one) => `-${one}`)].join(', ')}): files from here on have the new ones`,
    );
  }
}

const described = ({ name, type, sourceType }: SourceColumn): string =>
  `${name} ${type === undefined ? sourceType : dmsTypeText(type)}`;

const text = (columns: readonly SourceColumn[]): string => columns.map(described).join('\n');

function difference(these: readonly SourceColumn[], those: readonly SourceColumn[]): string[] {
  const known = new Set(those.map(described));
  return these.map(described).filter((one) => !known.has(one));
}
