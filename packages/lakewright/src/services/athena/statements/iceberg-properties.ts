import { NotCoveredError, SqlError } from '../../../engines/sql/errors';

/**
 * Athena's table properties and what they are called among Iceberg's own.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-properties.html
 */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['table_type', 'format', 'write_compression', 'compression_level'],
  ...['vacuum_min_snapshots_to_keep', 'vacuum_max_snapshot_age_seconds', 'vacuum_max_metadata_files_to_keep'],
  ...['optimize_rewrite_data_file_threshold', 'optimize_rewrite_delete_file_threshold'],
  ...['optimize_rewrite_min_data_file_size_bytes', 'optimize_rewrite_max_data_file_size_bytes'],
  ...['write_target_data_file_size_bytes', 'read_split_target_size_bytes', 'compatibility.access'],
]);

const CODECS = ['ZSTD', 'SNAPPY', 'GZIP', 'LZ4', 'NONE', 'UNCOMPRESSED'];

/** Properties of a statement → properties of the table's metadata. @throws SqlError for one that Athena refuses */
export function metadataProperties(given: Readonly<Record<string, string>>): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (!ALLOWED.has(key)) {
      throw new SqlError(
        'INVALID_TABLE_PROPERTY',
        `Unsupported table property key: ${name}; allowed are ${[...ALLOWED].join(', ')}`,
      );
    }
    if (key === 'table_type') continue;
    if (key === 'format') {
      if (value.toLowerCase() !== 'parquet') {
        throw new NotCoveredError(`Iceberg tables with ${value} files`, undefined, "'format' = 'parquet'");
      }
      properties['write.format.default'] = 'parquet';
    } else if (key === 'write_compression') {
      if (!CODECS.includes(value.toUpperCase())) {
        throw new NotCoveredError(`write_compression ${value} for Iceberg`, undefined, CODECS.join(', '));
      }
      properties['write.parquet.compression-codec'] = value.toLowerCase();
    } else if (key === 'vacuum_max_metadata_files_to_keep') {
      properties['write.metadata.previous-versions-max'] = value;
    } else properties[key] = value;
  }
  return properties;
}

/** The way back, for SHOW CREATE TABLE. */
export function athenaProperties(properties: Readonly<Record<string, string>>): Record<string, string> {
  const shown: Record<string, string> = { table_type: 'iceberg' };
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'write.format.default') shown.format = value;
    else if (name === 'write.parquet.compression-codec') shown.write_compression = value;
    else if (name === 'write.metadata.previous-versions-max') shown.vacuum_max_metadata_files_to_keep = value;
    else if (ALLOWED.has(name)) shown[name] = value;
  }
  return shown;
}
