import { LakeError } from '@lakewright/core';
import { Duration, Token } from 'aws-cdk-lib';

/** How a source writes the time of a change. */
export enum WatermarkFormat {
  /** ISO 8601, `2026-01-31T23:59:59Z`; UTC where no offset is written. */
  ISO_8601 = 'iso',

  /** Seconds since 1970. */
  EPOCH_SECONDS = 'epochSeconds',

  /** Milliseconds since 1970. */
  EPOCH_MILLISECONDS = 'epochMillis',
}

/** What a `Watermark` may decide beside the field. */
export interface WatermarkOptions {
  /**
   * How far the clocks of source and reader may differ, and how late a record may become visible: each run reads again what
   * changed within this time before its interval, and delivers what it has not delivered yet.
   *
   * A record that becomes visible later than this is lost. What was delivered within this time is remembered, with about 50
   * bytes for each record.
   *
   * @default Duration.minutes(5)
   */
  readonly overlap?: Duration;

  /**
   * How the field, and the times that are asked for, are written.
   * @default WatermarkFormat.ISO_8601
   */
  readonly format?: WatermarkFormat;

  /**
   * The query parameter that asks for records from a time on.
   * @default the field's name, or none if one of the extraction's `parameters` has `{from}` in it
   */
  readonly fromParameter?: string;

  /**
   * The query parameter that asks for records before a time.
   * @default none: what changed after the end of the interval is left for the next run
   */
  readonly toParameter?: string;

  /**
   * Where the first run begins, in ISO 8601: `2020-01-01T00:00:00Z`.
   * @default the first run reads everything, and asks for no time
   */
  readonly initial?: string;

  /**
   * How long before the present the intervals end, for sources that show changes with a delay which is longer than the
   * overlap should be.
   * @default Duration.seconds(0)
   */
  readonly lag?: Duration;

  /**
   * The longest interval that is read at once. What is left is read in further steps of the same run, each with its own
   * files and its own progress, as far as the function's time goes. Needs `initial`.
   * @default one interval, however long
   */
  readonly step?: Duration;
}

/**
 * What marks how far a source has been read: the field with the time of a record's last change.
 *
 * Runs read half-open intervals `[from, to)`, each of which begins where the one before it ended.
 */
export class Watermark {
  /**
   * A field of the records.
   *
   * @param field its name; dots lead into nested objects, `meta.modified`
   * @param options overlap, format, beginning
   * @throws `InvalidWatermark` for an empty field, a time that is none, a step without a beginning
   */
  public static on(field: string, options: WatermarkOptions = {}): Watermark {
    return new Watermark(field, options);
  }

  /** The time that is read again. */
  public readonly overlap: Duration;

  /** How times are written. */
  public readonly format: WatermarkFormat;

  private constructor(
    /** The field with the time of the last change. */
    public readonly field: string,
    /** As they were given. */
    public readonly options: WatermarkOptions,
  ) {
    const { initial, step, overlap } = options;
    if (field.trim() === '') {
      throw invalid(`field "${field}"`, 'the name of a field of the records', 'name it as the source does');
    }
    if (initial !== undefined && !Token.isUnresolved(initial) && !isIso(initial)) {
      throw invalid(`initial "${initial}"`, 'a time in ISO 8601', 'write it like "2020-01-01T00:00:00Z"');
    }
    if (step !== undefined && initial === undefined) {
      throw invalid(
        `step "${step.toHumanString()}" without "initial"`,
        'steps are counted from a beginning',
        'say where the first run begins with "initial"',
      );
    }
    if (step !== undefined && !step.isUnresolved() && step.toMilliseconds() < 1000) {
      throw invalid(`step "${step.toMilliseconds()} ms"`, 'at least one second', 'take a longer step');
    }
    this.overlap = overlap ?? Duration.minutes(5);
    this.format = options.format ?? WatermarkFormat.ISO_8601;
  }
}

function isIso(text: string): boolean {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
  return form.test(text) && !Number.isNaN(Date.parse(text));
}

function invalid(wrote: string, allowed: string, change: string): Error {
  return new Error(LakeError.message('InvalidWatermark', wrote, allowed, change));
}
