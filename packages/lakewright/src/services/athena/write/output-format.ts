import type { StorageFormat } from '../../../engines/sql/ddl/statement';
import { LAZY_SIMPLE, OPENX_JSON, storageFormat } from '../../../engines/sql/ddl/storage-format';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import { hiveTypeText } from '../../../engines/sql/types/hive';
import { typeText } from '../../../engines/sql/types/text';
import type { TrinoType } from '../../../engines/sql/types/type';

/** How result files are written. */
export interface OutputFormat {
  readonly kind: 'parquet' | 'text' | 'json' | 'orc' | 'avro';
  /** DuckDB's name where it writes the format; `none` for plain. */
  readonly compression: string;
  /** Between the fields of text files. */
  readonly delimiter: string;
  readonly nullText: string;
}

const PARQUET_CODECS: Readonly<Record<string, string>> = {
  NONE: 'uncompressed',
  UNCOMPRESSED: 'uncompressed',
  SNAPPY: 'snappy',
  GZIP: 'gzip',
  ZSTD: 'zstd',
  LZ4: 'lz4_raw',
};

const PLAIN: Readonly<Record<string, string>> = { NONE: 'none', UNCOMPRESSED: 'none' };

/** BZIP2, which Athena writes too, has no compressor with a permissive licence for Node. */
const TEXT_CODECS: Readonly<Record<string, string>> = {
  ...PLAIN,
  GZIP: 'gzip',
  ZSTD: 'zstd',
  DEFLATE: 'deflate',
  SNAPPY: 'snappy',
  LZ4: 'lz4',
};

const ORC_CODECS: Readonly<Record<string, string>> = {
  ...PLAIN,
  ZLIB: 'zlib',
  GZIP: 'zlib',
  SNAPPY: 'snappy',
  LZ4: 'lz4',
  ZSTD: 'zstd',
};

const AVRO_CODECS: Readonly<Record<string, string>> = { ...PLAIN, GZIP: 'deflate', DEFLATE: 'deflate' };

/**
 * The format of CREATE TABLE AS and UNLOAD.
 *
 * Athena's default codec is GZIP. For Parquet it is ZSTD here: as small, and twice as fast to write.
 *
 * @throws NotCoveredError for ION and codecs that aren't written here
 * @see https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
 */
export function outputFormat(format: string, compression: string | undefined, delimiter: string): OutputFormat {
  const name = format.toUpperCase();
  const codec = compression?.toUpperCase();
  if (name === 'PARQUET') {
    return { kind: 'parquet', compression: codecOf(PARQUET_CODECS, codec ?? 'ZSTD', name), delimiter, nullText: '' };
  }
  if (name === 'TEXTFILE' || name === 'JSON') {
    const kind = name === 'JSON' ? 'json' : 'text';
    return { kind, compression: codecOf(TEXT_CODECS, codec ?? 'GZIP', name), delimiter, nullText: '\\N' };
  }
  if (name === 'ORC') {
    return { kind: 'orc', compression: codecOf(ORC_CODECS, codec ?? 'ZLIB', name), delimiter, nullText: '' };
  }
  if (name === 'AVRO') {
    return { kind: 'avro', compression: codecOf(AVRO_CODECS, codec ?? 'GZIP', name), delimiter, nullText: '' };
  }
  if (['ION', 'RCBINARY', 'RCTEXT', 'SEQUENCEFILE'].includes(name)) {
    throw new NotCoveredError(`writing format ${name}`, undefined, 'write PARQUET, ORC, AVRO, JSON or TEXTFILE');
  }
  throw new SqlError('INVALID_TABLE_PROPERTY', `Invalid value for property 'format': ${format}`);
}

function codecOf(codecs: Readonly<Record<string, string>>, codec: string, format: string): string {
  const known = codecs[codec];
  if (known) return known;
  throw new NotCoveredError(`write_compression ${codec} for ${format}`, undefined, Object.keys(codecs).join(', '));
}

/** What the catalog says of a table in this format. */
export function catalogFormat(format: OutputFormat): StorageFormat {
  if (format.kind === 'parquet') return storageFormat({ storedAs: 'PARQUET', serdeParameters: {} });
  if (format.kind === 'orc' || format.kind === 'avro') {
    return storageFormat({ storedAs: format.kind.toUpperCase(), serdeParameters: {} });
  }
  if (format.kind === 'json') return storageFormat({ serde: OPENX_JSON, serdeParameters: {} });
  return storageFormat({
    serde: LAZY_SIMPLE,
    serdeParameters: { 'field.delim': format.delimiter, 'serialization.format': format.delimiter },
  });
}

/**
 * The Hive type under which a query's column is kept.
 *
 * @throws SqlError NOT_SUPPORTED in Athena's words for what Hive tables can't hold
 */
export function storedType(column: { readonly name: string; readonly type: TrinoType }): string {
  const { type } = column;
  if (type.kind === 'timestamp' && type.precision > 3) {
    throw new SqlError(
      'NOT_SUPPORTED',
      `Incorrect timestamp precision for ${typeText(type)}; the configured precision is MILLISECONDS; column name: ${column.name}`,
    );
  }
  const hive = hiveTypeText(type);
  if (hive !== undefined) return hive;
  throw new SqlError(
    'NOT_SUPPORTED',
    type.kind === 'unknown'
      ? `Column '${column.name}' is unknown type at position: the type of a bare NULL`
      : `Unsupported Hive type: ${typeText(type)}`,
  );
}
