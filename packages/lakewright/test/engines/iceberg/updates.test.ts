import { describe, expect, test } from 'vitest';
import { readAvroFile } from '../../../src/engines/iceberg/avro-file';
import {
  readManifest,
  readManifestList,
  writeManifest,
  writeManifestList,
} from '../../../src/engines/iceberg/manifests';
import { emptyMetadata, parseMetadata, printMetadata, type TableMetadata } from '../../../src/engines/iceberg/metadata';
import { brokenRequirement } from '../../../src/engines/iceberg/requirements';
import type { Schema } from '../../../src/engines/iceberg/types';
import { applyUpdates, type TableUpdate } from '../../../src/engines/iceberg/updates';

const SCHEMA: Schema = {
  type: 'struct',
  'schema-id': 0,
  fields: [{ id: 1, name: 'id', required: false, type: 'long' }],
};

const snapshot = (id: bigint, sequence: number, parent?: bigint): TableUpdate => ({
  action: 'add-snapshot',
  snapshot: {
    'snapshot-id': id,
    ...(parent !== undefined && { 'parent-snapshot-id': parent }),
    'sequence-number': sequence,
    'timestamp-ms': 1_000 + sequence,
    'manifest-list': `s3://b/t/metadata/snap-${id}.avro`,
    summary: { operation: 'append' },
  },
});
const main = (id: bigint): TableUpdate => ({
  action: 'set-snapshot-ref',
  'ref-name': 'main',
  'snapshot-id': id,
  type: 'branch',
});

const made = (): TableMetadata =>
  applyUpdates(
    emptyMetadata('s3://b/t/', 1_000),
    [
      { action: 'add-schema', schema: SCHEMA },
      { action: 'set-current-schema', 'schema-id': -1 },
      { action: 'add-spec', spec: { 'spec-id': 0, fields: [] } },
      { action: 'set-default-spec', 'spec-id': -1 },
      { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
    ],
    1_000,
  );

describe('changes of a table', () => {
  test('-1 names what was added in the same commit', () => {
    expect(made()).toMatchObject({ 'current-schema-id': 0, 'default-spec-id': 0, 'default-sort-order-id': 0 });
    expect(() => applyUpdates(made(), [{ action: 'set-default-spec', 'spec-id': -1 }], 0)).toThrow(/none was added/);
  });

  test('a schema that is there already is used again', () => {
    const again = applyUpdates(made(), [{ action: 'add-schema', schema: { ...SCHEMA, 'schema-id': 7 } }], 0);
    expect(again.schemas).toHaveLength(1);
  });

  test('the branch main is the current snapshot, and the log tells when it became that', () => {
    const two = applyUpdates(made(), [snapshot(1n, 1), main(1n), snapshot(2n, 2, 1n), main(2n)], 5_000);
    expect(two['current-snapshot-id']).toBe(2n);
    expect(two['snapshot-log'].map((entry) => entry['snapshot-id'])).toEqual([1n, 2n]);
    const back = applyUpdates(two, [main(1n)], 9_000);
    expect(back['snapshot-log'].at(-1)).toEqual({ 'snapshot-id': 1n, 'timestamp-ms': 9_000 });
  });

  test('removed snapshots leave the log and their tags', () => {
    const tag: TableUpdate = { action: 'set-snapshot-ref', 'ref-name': 'old', 'snapshot-id': 1n, type: 'tag' };
    const two = applyUpdates(made(), [snapshot(1n, 1), main(1n), tag, snapshot(2n, 2, 1n), main(2n)], 5_000);
    const left = applyUpdates(two, [{ action: 'remove-snapshots', 'snapshot-ids': [1n] }], 5_000);
    expect(left.snapshots.map((item) => item['snapshot-id'])).toEqual([2n]);
    expect(Object.keys(left.refs)).toEqual(['main']);
    expect(left['snapshot-log']).toHaveLength(1);
  });

  test.each<[string, TableUpdate[], RegExp]>([
    ['a snapshot twice', [snapshot(1n, 1), snapshot(1n, 2)], /exists already/],
    ['an old sequence number', [snapshot(1n, 3), main(1n), snapshot(2n, 3, 1n)], /not above/],
    ['a branch of no snapshot', [main(5n)], /no snapshot 5/],
    ['a schema that is not there', [{ action: 'set-current-schema', 'schema-id': 4 }], /no such schema/],
    ['format 3', [{ action: 'upgrade-format-version', 'format-version': 3 }], /version 2/],
    ['format 1', [{ action: 'upgrade-format-version', 'format-version': 1 }], /can't become 1/],
    ['what nobody knows', [{ action: 'add-magic' } as unknown as TableUpdate], /unknown update "add-magic"/],
  ])('%s is refused', (_, updates, message) => {
    expect(() => applyUpdates(made(), updates, 0)).toThrow(message);
  });

  test('the metadata file says the same when it is read again', () => {
    const table = applyUpdates(made(), [snapshot(7318588251572191813n, 1), main(7318588251572191813n)], 5_000);
    expect(parseMetadata(printMetadata(table))).toEqual(table);
  });
});

describe('requirements', () => {
  test('say what has changed since, and nothing if all holds', () => {
    const table = applyUpdates(made(), [snapshot(1n, 1), main(1n)], 5_000);
    const ref = (id: bigint | null) => [{ type: 'assert-ref-snapshot-id' as const, ref: 'main', 'snapshot-id': id }];
    expect(brokenRequirement(table, ref(1n))).toBeUndefined();
    expect(brokenRequirement(table, ref(2n))).toMatch(/main has changed: expected 2, found 1/);
    expect(brokenRequirement(made(), ref(null))).toBeUndefined();
    expect(brokenRequirement(table, [{ type: 'assert-create' }])).toMatch(/already exists/);
    expect(brokenRequirement(undefined, [{ type: 'assert-create' }])).toBeUndefined();
    expect(brokenRequirement(undefined, ref(1n))).toMatch(/does not exist/);
    expect(brokenRequirement(table, [{ type: 'assert-later' } as never])).toMatch(/unknown requirement/);
  });
});

describe('manifests', () => {
  const columns = [
    { id: 1000, name: 'day', type: 'date' },
    { id: 1001, name: 'a b', type: 'decimal(9, 2)' },
    { id: 1002, name: 'c', type: 'decimal(9, 2)' },
  ];
  const spec = { 'spec-id': 3, fields: [] };
  const file = {
    content: 'data' as const,
    path: 's3://b/t/data/x.parquet',
    format: 'PARQUET',
    specId: 3,
    partition: [19_000, -5n, null],
    rows: 10,
    bytes: 20,
    lowerBounds: new Map([[1, Buffer.from('a')]]),
    nullCounts: new Map([[1, 2]]),
  };
  const entry = (status: 'added' | 'deleted' | 'existing', sequence: number) => ({
    status,
    snapshotId: 9007199254740993n,
    sequenceNumber: sequence,
    fileSequenceNumber: sequence,
    file,
  });
  const target = {
    path: 's3://b/t/metadata/m.avro',
    content: 'data' as const,
    spec,
    schema: SCHEMA,
    columns,
    snapshotId: 9007199254740993n,
    sequenceNumber: 5,
  };

  test('say the same when they are read again; added files get their number from the list', async () => {
    const { bytes, manifest } = writeManifest(target, [entry('added', 5), entry('existing', 2)]);
    const list = await readManifestList(
      writeManifestList([manifest], { 'snapshot-id': 1n, 'sequence-number': 5, 'timestamp-ms': 0, summary: {} }),
    );
    expect(list[0]).toMatchObject({ specId: 3, addedFiles: 1, existingFiles: 1, minSequenceNumber: 2, addedRows: 10 });
    const read = await readManifest(bytes, list[0] as (typeof list)[number], columns);
    expect(read.map((item) => [item.status, item.sequenceNumber, item.snapshotId])).toEqual([
      ['added', 5, 9007199254740993n],
      ['existing', 2, 9007199254740993n],
    ]);
    expect(read[0]?.file).toMatchObject({ path: file.path, partition: [19_000, -5n, null], rows: 10, bytes: 20 });
    expect(read[0]?.file.lowerBounds?.get(1)).toEqual(Buffer.from('a'));
  });

  test('have the field ids of the specification in their header', async () => {
    const { schema } = await readAvroFile(writeManifest(target, []).bytes);
    const file = schema.fields.find((field: { name: string }) => field.name === 'data_file');
    expect(file['field-id']).toBe(2);
    const partition = file.type.fields.find((field: { name: string }) => field.name === 'partition');
    expect(partition.type.fields.map((field: Record<string, unknown>) => [field.name, field['field-id']])).toEqual([
      ['day', 1000],
      ['a_x20b', 1001],
      ['c', 1002],
    ]);
  });
});
