import { Token } from 'aws-cdk-lib';
import { refuse } from './private/refuse';

/**
 * From where on changes are replicated when there is no full load before.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Task.CDC.html
 */
export class CdcStart {
  /**
   * A time: changes that were committed since.
   *
   * @param time ISO 8601 with a time zone, for example `2026-01-31T12:00:00Z`
   * @throws `InvalidCdcStart`
   */
  public static time(time: string): CdcStart {
    const milliseconds = Date.parse(time);
    if (!Token.isUnresolved(time) && (Number.isNaN(milliseconds) || !/(Z|[+-]\d\d:?\d\d)$/.test(time))) {
      refuse('InvalidCdcStart', `time "${time}"`, 'ISO 8601 with a time zone', 'write it like "2026-01-31T12:00:00Z"');
    }
    return new CdcStart(Math.floor(milliseconds / 1000), undefined);
  }

  /**
   * A position of the database's log: an LSN, an SCN, a binlog file and offset, or a checkpoint that DMS has reported.
   *
   * @param position for example `mysql-bin-changelog.000024:373`
   * @throws `InvalidCdcStart` when it is empty
   */
  public static position(position: string): CdcStart {
    if (position === '') {
      refuse(
        'InvalidCdcStart',
        'position ""',
        'what the engine calls a log position',
        'see the DMS guide of the engine',
      );
    }
    return new CdcStart(undefined, position);
  }

  private constructor(
    /** @internal */
    public readonly _time: number | undefined,
    /** @internal */
    public readonly _position: string | undefined,
  ) {}
}

/** Settings of `LoadMode.cdc`. */
export interface CdcOptions {
  /**
   * From where on. **A `DmsTask` only:** DMS Serverless has no custom start.
   * @default from the first start of the replication on
   */
  readonly start?: CdcStart;
}

/** Whether a replication copies what is there, follows what changes, or both. */
export class LoadMode {
  /** Copies the tables as they are, and ends. */
  public static fullLoad(): LoadMode {
    return new LoadMode('full-load', undefined);
  }

  /** Copies the tables, then goes on with every change since. */
  public static fullLoadAndCdc(): LoadMode {
    return new LoadMode('full-load-and-cdc', undefined);
  }

  /**
   * Changes only.
   *
   * @param options from where on
   */
  public static cdc(options: CdcOptions = {}): LoadMode {
    return new LoadMode('cdc', options.start);
  }

  private constructor(
    /** `full-load`, `full-load-and-cdc` or `cdc`: `ReplicationType` of DMS. */
    public readonly replicationType: string,
    /** @internal */
    public readonly _start: CdcStart | undefined,
  ) {}

  /** Whether it copies what is there. */
  public get loads(): boolean {
    return this.replicationType !== 'cdc';
  }

  /** Whether it follows changes. */
  public get follows(): boolean {
    return this.replicationType !== 'full-load';
  }
}
