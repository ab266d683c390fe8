import path from 'node:path';
import { SpoolEngine } from '../../../engines/spool';
import { LakewrightError } from '../../../host/host';
import type { ApiShape } from '../../api-shape';
import type { LakeContext } from '../../service';
import { planTables, type TablePlan } from '../mapping/plan';
import { type MappingRules, readMappings } from '../mapping/rules';
import { readS3Target, type S3Target } from '../output/s3-target';
import { openSource } from '../source/open-source';
import type { SourceDatabase } from '../source/source-database';
import { ChangeFiles } from './change-files';
import { ChangeLog } from './change-log';
import { loadTables, prepareTarget } from './full-load';
import { Journal } from './journal';
import { FIRST_STATE, NO_ROWS, tableId } from './replication-state';
import { readTaskSettings, type TaskSettings } from './task-settings';

/** A replication as its resources declare it. */
export interface ReplicationDefinition {
  /** For the state's files and the capture's name in the source. */
  readonly id: string;
  readonly type: 'full-load' | 'cdc' | 'full-load-and-cdc';
  /** `EngineName` of the source endpoint. */
  readonly engine: string;
  /** The engine's settings of the source endpoint (`PostgreSqlSettings`). */
  readonly sourceSettings: ApiShape;
  /** `S3Settings` of the target endpoint. */
  readonly s3Settings: ApiShape;
  readonly tableMappings: ApiShape;
  readonly settings: ApiShape;
}

export interface RunOptions {
  readonly lake: Pick<LakeContext, 'workspace' | 'objects' | 'clock'>;
  /** Of the source database. */
  readonly url: string;
  /** Loads all tables again. */
  readonly reload: boolean;
  readonly signal: AbortSignal;
  warn(text: string): void;
  progress(text: string): void;
}

/**
 * One run of a replication: finishes what a killed run left, loads what isn't loaded, and catches up with the changes that
 * were committed before it began to catch up.
 */
export async function runReplication(definition: ReplicationDefinition, options: RunOptions): Promise<void> {
  const target = readS3Target(definition.s3Settings);
  const rules = readMappings(definition.tableMappings);
  const settings = readTaskSettings(definition.settings, definition.sourceSettings);
  const journal = new Journal(options.lake, definition.id);
  await journal.recover();
  if (!options.lake.objects.hasBucket(target.bucket)) {
    throw new LakewrightError(
      'LW_DMS_TARGET',
      `target endpoint: the bucket "${target.bucket}" isn't there → a bucket of the lake → add it to the app, or correct BucketName`,
    );
  }
  const source = await openSource(definition.engine, options.url, definition.sourceSettings);
  const engine = new SpoolEngine({ tempDirectory: path.join(options.lake.workspace.tmp, `dms-${definition.id}`) });
  try {
    await new Run(definition, options, { target, rules, settings, journal, source, engine }).run();
  } finally {
    await source.close();
    await engine.close();
  }
}

interface Tools {
  readonly target: S3Target;
  readonly rules: MappingRules;
  readonly settings: TaskSettings;
  readonly journal: Journal;
  readonly source: SourceDatabase;
  readonly engine: SpoolEngine;
}

class Run {
  public constructor(
    private readonly definition: ReplicationDefinition,
    private readonly options: RunOptions,
    private readonly tools: Tools,
  ) {}

  public async run(): Promise<void> {
    const { source, rules, settings, journal } = this.tools;
    const plans = planTables(await source.tables(), rules, settings.lobs, this.options.warn);
    const follows = this.definition.type !== 'full-load';
    if (!journal.state.ready || this.options.reload || !follows) await this.begin(plans, follows);
    else this.warnOfNewTables(plans);
    if (follows) await this.catchUp(plans.filter((plan) => tableId(plan.source) in journal.state.tables));
  }

  /** The first run, or one that starts over. */
  private async begin(plans: readonly TablePlan[], follows: boolean): Promise<void> {
    const { source, journal } = this.tools;
    const tables = plans.map((plan) => plan.source);
    const former = journal.state;
    const capture = follows ? captureName(this.definition.id) : undefined;
    if (follows) await source.checkCapture(tables);
    const { sequence, fileTime } = former;
    const started = this.seconds();
    await journal.commit({
      ...FIRST_STATE,
      sequence,
      fileTime,
      capture: capture ?? former.capture,
      loadStarted: started,
    });
    if (!follows && former.capture !== undefined) await source.release(former.capture);
    const snapshot = await source.snapshot(tables, capture);
    try {
      const loads = this.definition.type !== 'cdc';
      const options = { ...this.tools, ...this.options, onTable: this.onTable };
      const loaded = loads ? await loadTables(snapshot, plans, options) : { files: [], tables: {} };
      this.options.signal.throwIfAborted();
      if (loads) await prepareTarget(plans, options);
      const none = Object.fromEntries(tables.map((table) => [tableId(table), NO_ROWS]));
      await journal.commit(
        {
          ready: true,
          sequence,
          fileTime,
          ...(capture !== undefined && { capture, position: snapshot.position }),
          tables: { ...none, ...loaded.tables },
          ...(loads && { loadStarted: started, loadFinished: this.seconds() }),
        },
        loaded.files,
      );
    } finally {
      await snapshot.close();
    }
  }

  private async catchUp(plans: readonly TablePlan[]): Promise<void> {
    const { source, journal, rules, settings, target } = this.tools;
    const { capture, position, sequence } = journal.state;
    if (capture === undefined || position === undefined) throw new Error('there is no position to go on from');
    const files = new ChangeFiles({ ...this.tools, now: () => this.options.lake.clock.now() });
    let writing: Promise<void> = Promise.resolve();
    let failure: { readonly error: unknown } | undefined;
    const log = new ChangeLog({
      plans,
      rules,
      lobs: settings.lobs,
      target,
      folder: journal.folder,
      sequence,
      warn: this.options.warn,
      onBatch: (batch) => {
        writing = writing.then(() => (failure ? undefined : files.write(batch)));
        writing = writing.catch((error) => {
          failure ??= { error };
        });
      },
    });
    try {
      await source.changes({
        capture,
        from: position,
        until: await source.currentPosition(),
        tables: plans.map((plan) => plan.source),
        signal: this.options.signal,
        onChange: (change) => {
          if (failure) throw failure.error;
          log.take(change);
        },
      });
      log.seal();
    } finally {
      // What was handed on is whole transactions: it may be written whatever happened since.
      await writing;
      log.discard();
    }
    if (failure) throw failure.error;
  }

  private readonly onTable = (plan: TablePlan, rows: number | undefined): void => {
    const name = tableId(plan.source);
    this.options.progress(rows === undefined ? `loading ${name}` : `loaded ${name}: ${rows} rows`);
  };

  private warnOfNewTables(plans: readonly TablePlan[]): void {
    const known = this.tools.journal.state.tables;
    const fresh = plans.map((plan) => tableId(plan.source)).filter((id) => !(id in known));
    if (fresh.length === 0) return;
    this.options.warn(
      `${fresh.join(', ')} came after the replication began, and isn't replicated: start it with reload-target to take it in`,
    );
  }

  private seconds(): number {
    return this.options.lake.clock.now().getTime() / 1000;
  }
}

/** A name that PostgreSQL takes for a slot: lower case letters, digits and underscores, at most 63. */
export const captureName = (id: string): string =>
  `lakewright_${id.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')}`.slice(0, 63);
