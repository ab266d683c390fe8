import { avroSchemaOf } from './avro-types';
import type { IcebergType } from './types';

/**
 * Avro schemas of manifest lists and manifests of format version 2, with the spec's field ids.
 *
 * @see https://iceberg.apache.org/spec/#manifests
 */

// biome-ignore lint/suspicious/noExplicitAny: JSON
type Json = any;

const field = (id: number, name: string, type: Json): Json => ({ name, type, 'field-id': id });
const optional = (id: number, name: string, type: Json): Json => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
});

const list = (elementId: number, items: Json): Json => ({ type: 'array', items, 'element-id': elementId });

/** Avro's maps have text keys: maps by field id are lists of pairs. */
const idMap = (keyId: number, valueId: number, value: Json): Json => ({
  type: 'array',
  logicalType: 'map',
  items: {
    type: 'record',
    name: `k${keyId}_v${valueId}`,
    fields: [field(keyId, 'key', 'int'), field(valueId, 'value', value)],
  },
});

export const MANIFEST_LIST: Json = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    field(500, 'manifest_path', 'string'),
    field(501, 'manifest_length', 'long'),
    field(502, 'partition_spec_id', 'int'),
    field(517, 'content', 'int'),
    field(515, 'sequence_number', 'long'),
    field(516, 'min_sequence_number', 'long'),
    field(503, 'added_snapshot_id', 'long'),
    field(504, 'added_files_count', 'int'),
    field(505, 'existing_files_count', 'int'),
    field(506, 'deleted_files_count', 'int'),
    field(512, 'added_rows_count', 'long'),
    field(513, 'existing_rows_count', 'long'),
    field(514, 'deleted_rows_count', 'long'),
    optional(
      507,
      'partitions',
      list(508, {
        type: 'record',
        name: 'r508',
        fields: [
          field(509, 'contains_null', 'boolean'),
          optional(518, 'contains_nan', 'boolean'),
          optional(510, 'lower_bound', 'bytes'),
          optional(511, 'upper_bound', 'bytes'),
        ],
      }),
    ),
    optional(519, 'key_metadata', 'bytes'),
  ],
};

/** A field of the partition tuple. */
export interface PartitionColumn {
  readonly id: number;
  readonly name: string;
  readonly type: IcebergType;
}

/** Avro names have letters, digits and underscores only. */
export const avroName = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9_]/g, (character) => `_x${character.codePointAt(0)?.toString(16).toUpperCase()}`)
    .replace(/^(?=\d)/, '_');

export function manifestSchema(partition: readonly PartitionColumn[]): Json {
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      field(0, 'status', 'int'),
      optional(1, 'snapshot_id', 'long'),
      optional(3, 'sequence_number', 'long'),
      optional(4, 'file_sequence_number', 'long'),
      field(2, 'data_file', {
        type: 'record',
        name: 'r2',
        fields: [
          field(134, 'content', 'int'),
          field(100, 'file_path', 'string'),
          field(101, 'file_format', 'string'),
          field(102, 'partition', {
            type: 'record',
            name: 'r102',
            fields: partition.map(({ id, name, type }) => optional(id, avroName(name), avroSchemaOf(type, id))),
          }),
          field(103, 'record_count', 'long'),
          field(104, 'file_size_in_bytes', 'long'),
          optional(108, 'column_sizes', idMap(117, 118, 'long')),
          optional(109, 'value_counts', idMap(119, 120, 'long')),
          optional(110, 'null_value_counts', idMap(121, 122, 'long')),
          optional(137, 'nan_value_counts', idMap(138, 139, 'long')),
          optional(125, 'lower_bounds', idMap(126, 127, 'bytes')),
          optional(128, 'upper_bounds', idMap(129, 130, 'bytes')),
          optional(131, 'key_metadata', 'bytes'),
          optional(132, 'split_offsets', list(133, 'long')),
          optional(135, 'equality_ids', list(136, 'int')),
          optional(140, 'sort_order_id', 'int'),
        ],
      }),
    ],
  };
}
