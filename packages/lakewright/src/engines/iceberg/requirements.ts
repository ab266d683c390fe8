import type { TableMetadata } from './metadata';

/** What a commit expects of the table that it changes; if it doesn't hold, somebody else was faster. */
export type TableRequirement =
  | { readonly type: 'assert-create' }
  | { readonly type: 'assert-table-uuid'; readonly uuid: string }
  | { readonly type: 'assert-ref-snapshot-id'; readonly ref: string; readonly 'snapshot-id': bigint | null }
  | { readonly type: 'assert-last-assigned-field-id'; readonly 'last-assigned-field-id': number }
  | { readonly type: 'assert-current-schema-id'; readonly 'current-schema-id': number }
  | { readonly type: 'assert-last-assigned-partition-id'; readonly 'last-assigned-partition-id': number }
  | { readonly type: 'assert-default-spec-id'; readonly 'default-spec-id': number }
  | { readonly type: 'assert-default-sort-order-id'; readonly 'default-sort-order-id': number };

/** What the first requirement that doesn't hold says; undefined when all hold. */
export function brokenRequirement(
  metadata: TableMetadata | undefined,
  requirements: readonly TableRequirement[],
): string | undefined {
  for (const requirement of requirements) {
    const problem = check(metadata, requirement);
    if (problem) return `Requirement failed: ${problem}`;
  }
  return undefined;
}

function check(metadata: TableMetadata | undefined, requirement: TableRequirement): string | undefined {
  if (requirement.type === 'assert-create') return metadata && 'table already exists';
  if (!metadata) return 'table does not exist';
  const differs = (what: string, expected: unknown, found: unknown) =>
    expected === found ? undefined : `${what} has changed: expected ${expected}, found ${found}`;
  switch (requirement.type) {
    case 'assert-table-uuid':
      return differs('table UUID', requirement.uuid, metadata['table-uuid']);
    case 'assert-ref-snapshot-id': {
      const found = metadata.refs[requirement.ref]?.['snapshot-id'] ?? null;
      return differs(`branch or tag ${requirement.ref}`, requirement['snapshot-id'] ?? null, found);
    }
    case 'assert-last-assigned-field-id':
      return differs('last assigned field id', requirement['last-assigned-field-id'], metadata['last-column-id']);
    case 'assert-current-schema-id':
      return differs('current schema', requirement['current-schema-id'], metadata['current-schema-id']);
    case 'assert-last-assigned-partition-id':
      return differs(
        'last assigned partition id',
        requirement['last-assigned-partition-id'],
        metadata['last-partition-id'],
      );
    case 'assert-default-spec-id':
      return differs('default partition spec', requirement['default-spec-id'], metadata['default-spec-id']);
    case 'assert-default-sort-order-id':
      return differs('default sort order', requirement['default-sort-order-id'], metadata['default-sort-order-id']);
    default:
      return `unknown requirement "${(requirement as { type: string }).type}"`;
  }
}
