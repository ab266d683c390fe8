import { createHash } from 'node:crypto';
import { isWildcard, type TablePattern, tableCovers, tablesOverlap } from './name-pattern';
import { refuse } from './refuse';

/** The column by which rows that came from changes are ordered; CurrentRows reads it. */
export const CHANGE_SEQUENCE = 'change_sequence';

export type MappingRule =
  | { readonly kind: 'include' | 'exclude'; readonly at: TablePattern }
  | {
      readonly kind: 'filter';
      readonly at: TablePattern;
      readonly column: string;
      readonly conditions: readonly Record<string, string>[];
    }
  | RenameRule
  | { readonly kind: 'drop'; readonly at: TablePattern; readonly column: string }
  | {
      readonly kind: 'add';
      readonly at: TablePattern;
      readonly column: string;
      readonly expression: string;
      readonly type: TypeJson;
    }
  | { readonly kind: 'convert'; readonly at: TablePattern; readonly column: string; readonly type: TypeJson }
  | { readonly kind: 'lobs'; readonly at: TablePattern; readonly settings: Record<string, string> };

export interface RenameRule {
  readonly kind: 'rename';
  readonly target: 'schema' | 'table' | 'column';
  readonly at: TablePattern;
  readonly column?: string;
  readonly to: string;
}

type TypeJson = Record<string, string | number>;

/** `public.flights` → its parts. What follows the first point is the table, points and all. */
export function parseTable(text: string): TablePattern {
  const [, schema = '', table = ''] = /^([^.]*)\.(.*)$/s.exec(text) ?? [];
  if (schema === '' || table === '') {
    refuse('InvalidTableName', `table "${text}"`, 'a schema, a point and a table', 'write it like "public.flights"');
  }
  return { schema, table };
}

/**
 * The rules as DMS takes them, and one more: the sequence of changes.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.html
 */
export function renderMappings(rules: readonly MappingRule[]): object {
  const bodies = rules.flatMap((rule) => body(rule, rules));
  const ids = new Set<string>();
  const rendered = [...bodies, SEQUENCE_RULE].map((rule) => {
    const id = freeId(rule, ids);
    return { ...rule, 'rule-id': id, 'rule-name': id };
  });
  return { rules: rendered };
}

/** Where a table's files lie, below the load's folder. */
export function targetFolder(text: string, rules: readonly MappingRule[]): string {
  const at = parseTable(text);
  const included = rules.some(({ kind, at: pattern }) => kind === 'include' && tableCovers(pattern, at));
  const excluded = rules.some(({ kind, at: pattern }) => kind === 'exclude' && tablesOverlap(pattern, at));
  if (!included || excluded || isWildcard(text)) {
    refuse(
      'TableNotReplicated',
      `table "${text}"`,
      'one table that the mappings select',
      'include it, or mend the name',
    );
  }
  const renamed = (target: string, name: string): string => {
    const rule = rules.find(
      (one): one is RenameRule => one.kind === 'rename' && one.target === target && tablesOverlap(one.at, at),
    );
    return rule?.to ?? name;
  };
  return `${renamed('schema', at.schema)}/${renamed('table', at.table)}`;
}

function body(rule: MappingRule, all: readonly MappingRule[]): Record<string, unknown>[] {
  const locator = { 'schema-name': rule.at.schema, 'table-name': rule.at.table };
  switch (rule.kind) {
    case 'include':
      return [{ ...selection(locator, 'include'), filters: filtersOf(rule.at, all) }];
    case 'exclude':
      return [selection(locator, 'exclude')];
    case 'filter':
      return [];
    case 'rename':
      return [
        {
          ...transformation('rename', rule.target),
          'object-locator': renameLocator(rule),
          value: rule.to,
        },
      ];
    case 'drop':
      return [
        { ...transformation('remove-column', 'column'), 'object-locator': { ...locator, 'column-name': rule.column } },
      ];
    case 'add':
      return [
        {
          ...transformation('add-column', 'column'),
          'object-locator': locator,
          value: rule.column,
          expression: rule.expression,
          'data-type': rule.type,
        },
      ];
    case 'convert':
      return [
        {
          ...transformation('change-data-type', 'column'),
          'object-locator': { ...locator, 'column-name': rule.column },
          'data-type': rule.type,
        },
      ];
    case 'lobs':
      return [{ 'rule-type': 'table-settings', 'object-locator': locator, 'lob-settings': rule.settings }];
  }
}

function renameLocator({ target, at, column }: RenameRule): Record<string, string> {
  return {
    'schema-name': at.schema,
    ...(target === 'schema' ? {} : { 'table-name': at.table }),
    ...(column === undefined ? {} : { 'column-name': column }),
  };
}

function filtersOf(at: TablePattern, all: readonly MappingRule[]): object[] {
  return all.flatMap((rule) =>
    rule.kind === 'filter' && rule.at.schema === at.schema && rule.at.table === at.table
      ? [{ 'filter-type': 'source', 'column-name': rule.column, 'filter-conditions': rule.conditions }]
      : [],
  );
}

function selection(locator: Record<string, string>, action: string): Record<string, unknown> {
  return { 'rule-type': 'selection', 'object-locator': locator, 'rule-action': action };
}

function transformation(action: string, target: string): Record<string, unknown> {
  return { 'rule-type': 'transformation', 'rule-action': action, 'rule-target': target };
}

/**
 * Full load leaves it empty. Two changes of a row in one file, and files of one millisecond, are told apart by it alone.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Expressions.html
 */
const SEQUENCE_RULE = {
  ...transformation('add-column', 'column'),
  'object-locator': { 'schema-name': '%', 'table-name': '%' },
  value: CHANGE_SEQUENCE,
  expression: '$AR_H_CHANGE_SEQ',
  'data-type': { type: 'string', length: 50 },
};

/** A number made of what the rule says, so that it stays the same when other rules come or go. */
function freeId(rule: object, taken: Set<string>): string {
  let id = Number.parseInt(createHash('sha256').update(JSON.stringify(rule)).digest('hex').slice(0, 7), 16);
  while (taken.has(String(id)) || id === 0) id += 1;
  taken.add(String(id));
  return String(id);
}
