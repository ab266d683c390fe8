import { randomBytes, randomUUID } from 'node:crypto';
import { parseLongJson, printLongJson } from './long-json';
import type { Schema } from './types';

/**
 * A table's metadata file, in the spec's own names.
 *
 * @see https://iceberg.apache.org/spec/#table-metadata-fields
 */
export interface TableMetadata {
  readonly 'format-version': number;
  readonly 'table-uuid': string;
  readonly location: string;
  readonly 'last-sequence-number': number;
  readonly 'last-updated-ms': number;
  readonly 'last-column-id': number;
  readonly schemas: readonly Schema[];
  readonly 'current-schema-id': number;
  readonly 'partition-specs': readonly PartitionSpec[];
  readonly 'default-spec-id': number;
  readonly 'last-partition-id': number;
  readonly 'sort-orders': readonly SortOrder[];
  readonly 'default-sort-order-id': number;
  readonly properties: Readonly<Record<string, string>>;
  /** Absent or -1: no snapshot. */
  readonly 'current-snapshot-id'?: bigint;
  readonly refs: Readonly<Record<string, SnapshotRef>>;
  readonly snapshots: readonly Snapshot[];
  readonly 'snapshot-log': readonly { readonly 'snapshot-id': bigint; readonly 'timestamp-ms': number }[];
  readonly 'metadata-log': readonly { readonly 'timestamp-ms': number; readonly 'metadata-file': string }[];
  readonly statistics?: readonly StatisticsFile[];
  readonly 'partition-statistics'?: readonly StatisticsFile[];
}

export interface StatisticsFile {
  readonly 'snapshot-id': bigint;
  readonly [member: string]: unknown;
}

export interface PartitionField {
  readonly 'source-id': number;
  readonly 'field-id': number;
  readonly name: string;
  /** `identity`, `bucket[16]`, `truncate[4]`, `year`, `month`, `day`, `hour`, `void` */
  readonly transform: string;
}

export interface PartitionSpec {
  readonly 'spec-id': number;
  readonly fields: readonly PartitionField[];
}

export interface SortOrder {
  readonly 'order-id': number;
  readonly fields: readonly Readonly<Record<string, unknown>>[];
}

export interface SnapshotRef {
  readonly 'snapshot-id': bigint;
  readonly type: 'branch' | 'tag';
  readonly 'max-ref-age-ms'?: number;
  readonly 'max-snapshot-age-ms'?: number;
  readonly 'min-snapshots-to-keep'?: number;
}

export interface Snapshot {
  readonly 'snapshot-id': bigint;
  readonly 'parent-snapshot-id'?: bigint;
  readonly 'sequence-number': number;
  readonly 'timestamp-ms': number;
  readonly 'manifest-list': string;
  readonly summary: Readonly<Record<string, string>>;
  readonly 'schema-id'?: number;
}

/** What a metadata file says; files of format 1 are brought to the same form. */
export function parseMetadata(text: string): TableMetadata {
  const raw = parseLongJson<TableMetadata & Record<string, unknown>>(text);
  const current = raw['current-snapshot-id'];
  return {
    ...raw,
    schemas: raw.schemas ?? [{ ...(raw.schema as Schema), 'schema-id': 0 }],
    'current-schema-id': raw['current-schema-id'] ?? 0,
    'partition-specs': raw['partition-specs'] ?? [{ 'spec-id': 0, fields: raw['partition-spec'] as PartitionField[] }],
    'default-spec-id': raw['default-spec-id'] ?? 0,
    'last-sequence-number': raw['last-sequence-number'] ?? 0,
    'sort-orders': raw['sort-orders'] ?? [{ 'order-id': 0, fields: [] }],
    'default-sort-order-id': raw['default-sort-order-id'] ?? 0,
    properties: raw.properties ?? {},
    snapshots: raw.snapshots ?? [],
    'snapshot-log': raw['snapshot-log'] ?? [],
    'metadata-log': raw['metadata-log'] ?? [],
    refs: raw.refs ?? (current !== undefined && current !== -1n ? { main: mainRef(current) } : {}),
  };
}

export const printMetadata = (metadata: TableMetadata): string => `${printLongJson(metadata)}\n`;

export const mainRef = (id: bigint): SnapshotRef => ({ 'snapshot-id': id, type: 'branch' });

/** A table without a schema: what updates start from. */
export function emptyMetadata(location: string, now: number, uuid: string = randomUUID()): TableMetadata {
  return {
    'format-version': 2,
    'table-uuid': uuid,
    location: location.replace(/\/+$/, ''),
    'last-sequence-number': 0,
    'last-updated-ms': now,
    'last-column-id': 0,
    schemas: [],
    'current-schema-id': -1,
    'partition-specs': [],
    'default-spec-id': -1,
    'last-partition-id': 999,
    'sort-orders': [],
    'default-sort-order-id': -1,
    properties: {},
    'current-snapshot-id': -1n,
    refs: {},
    snapshots: [],
    'snapshot-log': [],
    'metadata-log': [],
  };
}

export function currentSchema(metadata: TableMetadata): Schema {
  return schemaOf(metadata, metadata['current-schema-id']);
}

export function schemaOf(metadata: TableMetadata, id: number | undefined): Schema {
  const found = metadata.schemas.find((schema) => schema['schema-id'] === (id ?? metadata['current-schema-id']));
  if (!found) throw new Error(`the metadata of ${metadata.location} has no schema ${id}`);
  return found;
}

export function specOf(metadata: TableMetadata, id: number): PartitionSpec {
  const found = metadata['partition-specs'].find((spec) => spec['spec-id'] === id);
  if (!found) throw new Error(`the metadata of ${metadata.location} has no partition spec ${id}`);
  return found;
}

export function currentSnapshot(metadata: TableMetadata): Snapshot | undefined {
  return findSnapshot(metadata, metadata['current-snapshot-id']);
}

export function findSnapshot(metadata: TableMetadata, id: bigint | undefined): Snapshot | undefined {
  return metadata.snapshots.find((snapshot) => snapshot['snapshot-id'] === id);
}

/** A snapshot and those it came from, newest first, as far as they are kept. */
export function ancestors(metadata: TableMetadata, from: Snapshot | undefined): Snapshot[] {
  const chain: Snapshot[] = [];
  for (let at = from; at; at = findSnapshot(metadata, at['parent-snapshot-id'])) chain.push(at);
  return chain;
}

/** Random, positive, 63 bits: as other writers make them. */
export function newSnapshotId(): bigint {
  return BigInt.asUintN(63, randomBytes(8).readBigUInt64BE()) | 1n;
}
