/**
 * The last year, before and after 0, of every zoned timestamp here. Trino packs its instant in 52 bits of
 * milliseconds (io.trino.spi.type.DateTimeEncoding), which reach from the year -69,387 to 73,326.
 */
export const LAST_ZONED_YEAR = 69_000;

/** So many years may be added to a zoned timestamp of four digits' year before it can leave the range. */
export const MOST_ADDED_YEARS = LAST_ZONED_YEAR - 9999;
