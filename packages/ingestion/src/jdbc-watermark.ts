import { Duration } from 'aws-cdk-lib';
import { refuse } from './private/refuse';

/** How a column with times marks what is new. */
export interface JdbcTimestampOptions {
  /**
   * How long before the present an interval ends: longer than transactions take and clocks differ. A row that is committed
   * later than this after its time is lost.
   * @default Duration.minutes(5)
   */
  readonly lag?: Duration;

  /**
   * The zone in which a column without zone is written. With daylight saving, rows of the hour that comes twice can be lost;
   * columns in UTC or with a zone have no such hour.
   * @default "UTC"
   */
  readonly timeZone?: string;

  /**
   * Where the first run begins: `2020-01-01 00:00:00`, in that zone.
   * @default the first run reads everything
   */
  readonly initial?: string;
}

/** How a column with growing numbers marks what is new. */
export interface JdbcNumberOptions {
  /**
   * The first number of the first run.
   * @default the first run reads everything
   */
  readonly initial?: number;
}

/**
 * The column by which a table is read in steps: half-open intervals `[from, to)`, each beginning where the one before ended.
 *
 * Rows whose column is null are never read, and deletions aren't seen: for both there is `DmsReplication`.
 */
export class JdbcWatermark {
  /**
   * A column with the time of a row's last change.
   *
   * @param column its name
   * @param options lag, zone, beginning
   * @throws `InvalidJdbcWatermark`
   */
  public static timestamp(column: string, options: JdbcTimestampOptions = {}): JdbcWatermark {
    const { lag = Duration.minutes(5), timeZone, initial } = options;
    const time = initial?.replace('T', ' ');
    if (time !== undefined && !/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?$/.test(time)) {
      invalid(`initial "${initial}" of "${column}"`, 'a date and a time without zone', 'write 2020-01-01 00:00:00');
    }
    if (timeZone !== undefined && !isZone(timeZone)) {
      invalid(`timeZone "${timeZone}"`, 'a zone of the IANA database', 'write it like "Europe/Berlin"');
    }
    // All bounds are compared as texts, so all have six digits.
    const start = time?.replace(/^([^.]+)(?:\.(\d+))?$/, (_, whole, part = '') => `${whole}.${part.padEnd(6, '0')}`);
    return new JdbcWatermark(column, { kind: 'timestamp', lagSeconds: lag.toSeconds(), timeZone, initial: start });
  }

  /**
   * A column whose number grows with each row, and whose rows don't change: a log's id. A transaction that commits a smaller
   * number after a run has read a larger one is lost: where that happens, take a timestamp.
   *
   * @param column its name
   * @param options beginning
   * @throws `InvalidJdbcWatermark`
   */
  public static number(column: string, options: JdbcNumberOptions = {}): JdbcWatermark {
    const { initial } = options;
    if (initial !== undefined && !Number.isSafeInteger(initial)) {
      invalid(`initial "${initial}" of "${column}"`, 'a whole number', 'round it');
    }
    return new JdbcWatermark(column, { kind: 'number', initial });
  }

  private constructor(
    /** The column's name. */
    public readonly column: string,
    private readonly settings: Record<string, unknown>,
  ) {
    if (!/^([A-Za-z_][\w$#]*|"[^"';]+"|`[^`';]+`|\[[^\]';]+\])$/.test(column)) {
      invalid(`column "${column}"`, 'one name: letters, digits, _ $ #, or in quotes', 'write it as in the SQL');
    }
  }

  /** @internal As the job reads it. */
  public get _settings(): Record<string, unknown> {
    return { column: this.column, ...this.settings };
  }
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function invalid(wrote: string, allowed: string, change: string): never {
  refuse('InvalidJdbcWatermark', wrote, allowed, change);
}
