import { Size } from 'aws-cdk-lib';
import { refuse } from './private/refuse';

/**
 * How large objects are replicated: text and bytes without limit, and what a database keeps like these (`text` and `jsonb`
 * of PostgreSQL, `longtext` of MySQL, `CLOB` of Oracle …).
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.LOBSupport.html
 */
export class LobHandling {
  /**
   * Up to a size, which is reserved for each value; fast. What is longer is cut off, except where the source can be told
   * to stop instead (`DmsSource.postgres`, `auroraPostgres`, `oracle`: they do).
   *
   * @param maxSize 1 KiB to 100 MiB
   * @throws `InvalidLobSize`
   */
  public static limited(maxSize: Size): LobHandling {
    const kilobytes = size('the limit', maxSize);
    return new LobHandling(
      { SupportLobs: true, FullLobMode: false, LimitedSizeLobMode: true, LobMaxSize: kilobytes },
      { mode: 'limited', 'bulk-max-size': `${kilobytes}` },
    );
  }

  /**
   * Whatever their size, fetched one by one in pieces; slow. Small ones up to `inlineUpTo` come with their row.
   *
   * @param inlineUpTo 1 KiB to 100 MiB
   * @throws `InvalidLobSize`
   */
  public static full(inlineUpTo: Size = Size.kibibytes(32)): LobHandling {
    const kilobytes = size('the inline limit', inlineUpTo);
    return new LobHandling(
      {
        SupportLobs: true,
        FullLobMode: true,
        LimitedSizeLobMode: false,
        LobChunkSize: 64,
        InlineLobMaxSize: kilobytes,
      },
      { mode: 'unlimited', 'bulk-max-size': `${kilobytes}` },
    );
  }

  /** Not at all: such columns stay empty. */
  public static none(): LobHandling {
    return new LobHandling({ SupportLobs: false, FullLobMode: false, LimitedSizeLobMode: false }, { mode: 'none' });
  }

  private constructor(
    /**
     * `TargetMetadata` of the task settings.
     * @internal
     */
    public readonly _settings: Record<string, boolean | number>,
    /**
     * `lob-settings` of a table.
     * @internal
     */
    public readonly _rule: Record<string, string>,
  ) {}
}

function size(what: string, given: Size): number {
  const kilobytes = given.toKibibytes();
  if (kilobytes < 1 || kilobytes > 102_400) {
    refuse('InvalidLobSize', `${what} "${kilobytes} KiB"`, 'from 1 KiB to 100 MiB', 'use LobHandling.full() for more');
  }
  return kilobytes;
}
