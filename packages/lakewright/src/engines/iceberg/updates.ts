import {
  findSnapshot,
  type PartitionSpec,
  type Snapshot,
  type SnapshotRef,
  type SortOrder,
  type StatisticsFile,
  type TableMetadata,
} from './metadata';
import { highestId, type Schema } from './types';

/**
 * The changes of a commit, as the REST catalog's clients send them.
 *
 * @see https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml (TableUpdate)
 */
export type TableUpdate =
  | { readonly action: 'assign-uuid'; readonly uuid: string }
  | { readonly action: 'upgrade-format-version'; readonly 'format-version': number }
  | { readonly action: 'add-schema'; readonly schema: Schema; readonly 'last-column-id'?: number }
  | { readonly action: 'set-current-schema'; readonly 'schema-id': number }
  | { readonly action: 'add-spec'; readonly spec: PartitionSpec }
  | { readonly action: 'set-default-spec'; readonly 'spec-id': number }
  | { readonly action: 'add-sort-order'; readonly 'sort-order': SortOrder }
  | { readonly action: 'set-default-sort-order'; readonly 'sort-order-id': number }
  | { readonly action: 'add-snapshot'; readonly snapshot: Snapshot }
  | ({ readonly action: 'set-snapshot-ref'; readonly 'ref-name': string } & SnapshotRef)
  | { readonly action: 'remove-snapshots'; readonly 'snapshot-ids': readonly bigint[] }
  | { readonly action: 'remove-snapshot-ref'; readonly 'ref-name': string }
  | { readonly action: 'set-location'; readonly location: string }
  | { readonly action: 'set-properties'; readonly updates: Readonly<Record<string, string>> }
  | { readonly action: 'remove-properties'; readonly removals: readonly string[] }
  | { readonly action: 'set-statistics' | 'set-partition-statistics'; readonly [member: string]: unknown }
  | { readonly action: 'remove-statistics' | 'remove-partition-statistics'; readonly 'snapshot-id': bigint }
  | { readonly action: 'remove-schemas'; readonly 'schema-ids': readonly number[] }
  | { readonly action: 'remove-partition-specs'; readonly 'spec-ids': readonly number[] };

/** A change that can't be made. */
export class InvalidUpdateError extends Error {}

type Draft = { -readonly [K in keyof TableMetadata]: TableMetadata[K] };

/** `-1` in an update: what was added last in the same commit. */
interface LastAdded {
  schema?: number;
  spec?: number;
  order?: number;
}

/**
 * The metadata after a commit's changes, in their order.
 *
 * @param now milliseconds; the new state is never older than the one before
 * @throws InvalidUpdateError
 */
export function applyUpdates(metadata: TableMetadata, updates: readonly TableUpdate[], now: number): TableMetadata {
  const draft: Draft = { ...metadata };
  const last: LastAdded = {};
  for (const update of updates) apply(draft, update, last, now);
  const newest = Math.max(now, ...draft.snapshots.map((snapshot) => snapshot['timestamp-ms']));
  draft['last-updated-ms'] = Math.max(newest, metadata['last-updated-ms']);
  return draft;
}

function apply(draft: Draft, update: TableUpdate, last: LastAdded, now: number): void {
  switch (update.action) {
    case 'assign-uuid':
      draft['table-uuid'] = update.uuid;
      return;
    case 'upgrade-format-version':
      upgrade(draft, update['format-version']);
      return;
    case 'add-schema':
      last.schema = addSchema(draft, update.schema, update['last-column-id']);
      return;
    case 'set-current-schema':
      draft['current-schema-id'] = chosen(update['schema-id'], last.schema, 'schema');
      demand(
        draft.schemas.some((schema) => schema['schema-id'] === draft['current-schema-id']),
        'schema',
      );
      return;
    case 'add-spec':
      last.spec = addSpec(draft, update.spec);
      return;
    case 'set-default-spec':
      draft['default-spec-id'] = chosen(update['spec-id'], last.spec, 'partition spec');
      return;
    case 'add-sort-order':
      last.order = addSortOrder(draft, update['sort-order']);
      return;
    case 'set-default-sort-order':
      draft['default-sort-order-id'] = chosen(update['sort-order-id'], last.order, 'sort order');
      return;
    case 'add-snapshot':
      addSnapshot(draft, update.snapshot);
      return;
    case 'set-snapshot-ref': {
      const { action: _, 'ref-name': name, ...ref } = update;
      setRef(draft, name, ref, now);
      return;
    }
    case 'remove-snapshots':
      removeSnapshots(draft, new Set(update['snapshot-ids']));
      return;
    case 'remove-snapshot-ref':
      draft.refs = Object.fromEntries(Object.entries(draft.refs).filter(([name]) => name !== update['ref-name']));
      if (update['ref-name'] === 'main') draft['current-snapshot-id'] = -1n;
      return;
    case 'set-location':
      draft.location = update.location.replace(/\/+$/, '');
      return;
    case 'set-properties':
      draft.properties = { ...draft.properties, ...update.updates };
      return;
    case 'remove-properties':
      draft.properties = Object.fromEntries(
        Object.entries(draft.properties).filter(([name]) => !update.removals.includes(name)),
      );
      return;
    case 'set-statistics':
      draft.statistics = withStatistics(draft.statistics, update.statistics as StatisticsFile);
      return;
    case 'set-partition-statistics':
      draft['partition-statistics'] = withStatistics(
        draft['partition-statistics'],
        update['partition-statistics'] as StatisticsFile,
      );
      return;
    case 'remove-statistics':
      draft.statistics = draft.statistics?.filter((file) => file['snapshot-id'] !== update['snapshot-id']);
      return;
    case 'remove-partition-statistics':
      draft['partition-statistics'] = draft['partition-statistics']?.filter(
        (file) => file['snapshot-id'] !== update['snapshot-id'],
      );
      return;
    case 'remove-schemas':
      demand(!update['schema-ids'].includes(draft['current-schema-id']), 'schema to remove: it is the current one');
      draft.schemas = draft.schemas.filter((schema) => !update['schema-ids'].includes(schema['schema-id']));
      return;
    case 'remove-partition-specs':
      demand(!update['spec-ids'].includes(draft['default-spec-id']), 'spec to remove: it is the default one');
      draft['partition-specs'] = draft['partition-specs'].filter(
        (spec) => !update['spec-ids'].includes(spec['spec-id']),
      );
      return;
    default:
      throw new InvalidUpdateError(`unknown update "${(update as { action: string }).action}"`);
  }
}

function demand(found: boolean, what: string): void {
  if (!found) throw new InvalidUpdateError(`no such ${what}`);
}

function chosen(id: number, added: number | undefined, what: string): number {
  if (id !== -1) return id;
  if (added === undefined) throw new InvalidUpdateError(`-1 means the ${what} added last, and none was added`);
  return added;
}

function upgrade(draft: Draft, version: number): void {
  if (version < draft['format-version']) {
    throw new InvalidUpdateError(`format version ${draft['format-version']} can't become ${version}`);
  }
  if (version > 2) {
    throw new InvalidUpdateError(`format version ${version}: tables here have version 2, as Athena's → leave it out`);
  }
  draft['format-version'] = version;
}

function addSchema(draft: Draft, schema: Schema, lastColumn: number | undefined): number {
  const { 'schema-id': _, ...content } = schema;
  draft['last-column-id'] = Math.max(draft['last-column-id'], lastColumn ?? 0, highestId(schema));
  const known = draft.schemas.find(({ 'schema-id': __, ...other }) => same(withoutEmpty(other), withoutEmpty(content)));
  if (known) return known['schema-id'];
  const id = nextId(draft.schemas.map((item) => item['schema-id']));
  draft.schemas = [...draft.schemas, { ...content, 'schema-id': id }];
  return id;
}

const withoutEmpty = (schema: Omit<Schema, 'schema-id'>) => ({
  fields: schema.fields,
  ids: schema['identifier-field-ids'] ?? [],
});

function addSpec(draft: Draft, spec: PartitionSpec): number {
  const used = new Map(
    draft['partition-specs']
      .flatMap((item) => item.fields)
      .map((field) => [`${field['source-id']} ${field.transform}`, field['field-id']]),
  );
  let highest = draft['last-partition-id'];
  const fields = spec.fields.map((field) => {
    const id = field['field-id'] ?? used.get(`${field['source-id']} ${field.transform}`) ?? highest + 1;
    highest = Math.max(highest, id);
    return { 'source-id': field['source-id'], 'field-id': id, name: field.name, transform: field.transform };
  });
  draft['last-partition-id'] = highest;
  const known = draft['partition-specs'].find((item) => same(item.fields, fields));
  if (known) return known['spec-id'];
  const id = nextId(draft['partition-specs'].map((item) => item['spec-id']));
  draft['partition-specs'] = [...draft['partition-specs'], { 'spec-id': id, fields }];
  return id;
}

/** The unsorted order has the id 0. */
function addSortOrder(draft: Draft, order: SortOrder): number {
  const known = draft['sort-orders'].find((item) => same(item.fields, order.fields));
  if (known) return known['order-id'];
  const id = order.fields.length === 0 ? 0 : Math.max(1, nextId(draft['sort-orders'].map((item) => item['order-id'])));
  draft['sort-orders'] = [...draft['sort-orders'], { ...order, 'order-id': id }];
  return id;
}

function addSnapshot(draft: Draft, snapshot: Snapshot): void {
  if (findSnapshot(draft, snapshot['snapshot-id'])) {
    throw new InvalidUpdateError(`snapshot ${snapshot['snapshot-id']} exists already`);
  }
  const sequence = snapshot['sequence-number'] ?? 0;
  if (draft['format-version'] > 1 && sequence <= draft['last-sequence-number'] && snapshot['parent-snapshot-id']) {
    throw new InvalidUpdateError(
      `sequence number ${sequence} of snapshot ${snapshot['snapshot-id']} is not above ${draft['last-sequence-number']}`,
    );
  }
  draft.snapshots = [...draft.snapshots, snapshot];
  draft['last-sequence-number'] = Math.max(draft['last-sequence-number'], sequence);
}

function setRef(draft: Draft, name: string, ref: SnapshotRef, now: number): void {
  const snapshot = findSnapshot(draft, ref['snapshot-id']);
  if (!snapshot) throw new InvalidUpdateError(`ref "${name}": no snapshot ${ref['snapshot-id']}`);
  draft.refs = { ...draft.refs, [name]: ref };
  if (name !== 'main') return;
  const before = draft['current-snapshot-id'];
  draft['current-snapshot-id'] = ref['snapshot-id'];
  if (before === ref['snapshot-id']) return;
  // A rollback takes effect now; a new snapshot at its own time.
  const isNewest = draft.snapshots.at(-1) === snapshot;
  draft['snapshot-log'] = [
    ...draft['snapshot-log'],
    { 'snapshot-id': ref['snapshot-id'], 'timestamp-ms': isNewest ? snapshot['timestamp-ms'] : now },
  ];
}

function removeSnapshots(draft: Draft, gone: ReadonlySet<bigint>): void {
  draft.snapshots = draft.snapshots.filter((snapshot) => !gone.has(snapshot['snapshot-id']));
  draft['snapshot-log'] = draft['snapshot-log'].filter((entry) => !gone.has(entry['snapshot-id']));
  draft.refs = Object.fromEntries(Object.entries(draft.refs).filter(([, ref]) => !gone.has(ref['snapshot-id'])));
  draft.statistics = draft.statistics?.filter((file) => !gone.has(file['snapshot-id']));
}

const withStatistics = (files: readonly StatisticsFile[] | undefined, file: StatisticsFile): StatisticsFile[] => [
  ...(files ?? []).filter((item) => item['snapshot-id'] !== file['snapshot-id']),
  file,
];

const nextId = (ids: readonly number[]): number => (ids.length ? Math.max(...ids) + 1 : 0);

const text = (value: unknown): string =>
  JSON.stringify(value, (_, item) => {
    if (typeof item === 'bigint') return String(item);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

const same = (a: unknown, b: unknown): boolean => text(a) === text(b);
