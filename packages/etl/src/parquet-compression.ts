/** How Parquet files are packed. */
export enum ParquetCompression {
  /** Fast, and what everything reads. */
  SNAPPY = 'snappy',
  /** Smaller files, and nearly as fast. */
  ZSTD = 'zstd',
  /** Smaller files, slower. */
  GZIP = 'gzip',
  /** Not at all. */
  NONE = 'none',
}
