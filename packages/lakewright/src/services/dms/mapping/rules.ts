import type { ApiShape } from '../../api-shape';
import type { DmsType } from '../source/dms-type';
import { type ColumnExpression, parseExpression } from './expression';
import { FILTER_OPERATORS, type Filter, type FilterCondition } from './filter';
import { refuseMapping } from './refuse';
import { isPattern } from './wildcards';

/** Table mappings, read. */
export interface MappingRules {
  readonly selections: readonly SelectionRule[];
  readonly transformations: readonly TransformationRule[];
  readonly lobSettings: readonly LobRule[];
}

export interface Locator {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

export interface SelectionRule {
  readonly id: string;
  readonly action: 'include' | 'exclude' | 'explicit';
  readonly at: Locator;
  readonly filters: readonly Filter[];
}

export type TransformationRule = { readonly id: string; readonly at: Locator } & (
  | { readonly action: 'name'; readonly target: 'schema' | 'table' | 'column'; readonly change: NameChange }
  | { readonly action: 'remove-column' }
  | { readonly action: 'change-data-type'; readonly type: DmsType }
  | {
      readonly action: 'add-column';
      readonly column: string;
      readonly expression: ColumnExpression;
      readonly type: DmsType;
    }
);

export type NameChange = (name: string) => string;

export interface LobRule {
  readonly id: string;
  readonly at: Locator;
  readonly mode: 'limited' | 'unlimited' | 'none';
  /** Kilobytes. */
  readonly maxSize?: number;
}

const NAME_CHANGES: Readonly<Record<string, (value: string, old: string) => NameChange>> = {
  rename: (value) => () => value,
  'convert-lowercase': () => (name) => name.toLowerCase(),
  'convert-uppercase': () => (name) => name.toUpperCase(),
  'add-prefix': (value) => (name) => `${value}${name}`,
  'add-suffix': (value) => (name) => `${name}${value}`,
  'remove-prefix': (value) => (name) => (name.startsWith(value) ? name.slice(value.length) : name),
  'remove-suffix': (value) => (name) => (name.endsWith(value) ? name.slice(0, name.length - value.length) : name),
  'replace-prefix': (value, old) => (name) => (name.startsWith(old) ? `${value}${name.slice(old.length)}` : name),
  'replace-suffix': (value, old) => (name) =>
    name.endsWith(old) ? `${name.slice(0, name.length - old.length)}${value}` : name,
};

/**
 * Reads `TableMappings`, as text or as an object.
 *
 * @throws LakewrightError LW_DMS_MAPPING for what DMS or the runtime doesn't know; the rule is named
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.html
 */
export function readMappings(given: ApiShape): MappingRules {
  const rules = parse(given)?.rules;
  if (!Array.isArray(rules))
    throw refuseMapping('the mappings have no "rules"', 'a list of rules', 'add a selection rule');
  const selections: SelectionRule[] = [];
  const transformations: TransformationRule[] = [];
  const lobSettings: LobRule[] = [];
  for (const rule of rules) {
    const type = rule['rule-type'];
    if (type === 'selection') selections.push(selection(rule));
    else if (type === 'transformation') transformations.push(transformation(rule));
    else if (type === 'table-settings') lobSettings.push(...tableSettings(rule));
    else
      throw refuseMapping(
        `rule ${id(rule)} is of type "${type}"`,
        'selection, transformation or table-settings',
        'mend it',
      );
  }
  checkContradictions(selections);
  return { selections, transformations, lobSettings };
}

function parse(given: ApiShape): ApiShape {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch (error) {
    throw refuseMapping(`the mappings aren't JSON (${(error as Error).message})`, 'a JSON text', 'mend the text');
  }
}

const id = (rule: ApiShape): string => String(rule['rule-id'] ?? rule['rule-name'] ?? '?');

function locator(rule: ApiShape): Locator {
  const given = rule['object-locator'] ?? {};
  const type = given['table-type'];
  if (type !== undefined && type !== 'table') {
    throw refuseMapping(`rule ${id(rule)} chooses "${type}"`, 'tables are replicated locally', 'take views out');
  }
  if (given['data-type'] !== undefined) {
    throw refuseMapping(`rule ${id(rule)} chooses by data-type`, 'by schema, table and column', 'name the columns');
  }
  return {
    schema: given['schema-name'] ?? '%',
    table: given['table-name'] ?? '%',
    column: given['column-name'] ?? '%',
  };
}

function selection(rule: ApiShape): SelectionRule {
  const action = rule['rule-action'];
  if (!['include', 'exclude', 'explicit'].includes(action)) {
    throw refuseMapping(`rule ${id(rule)} has the action "${action}"`, 'include, exclude or explicit', 'mend it');
  }
  const at = locator(rule);
  const exact = !isPattern(at.schema) && !isPattern(at.table);
  if (action === 'explicit' && !exact) {
    throw refuseMapping(`rule ${id(rule)} is explicit for "${at.schema}.${at.table}"`, 'an exact name', 'use include');
  }
  const filters = (rule.filters ?? []).map((filter: ApiShape) => readFilter(rule, filter));
  if (filters.length > 0 && action === 'exclude') {
    throw refuseMapping(`rule ${id(rule)} excludes with filters`, 'filters of include rules', 'take the filters out');
  }
  return { id: id(rule), action, at, filters };
}

function readFilter(rule: ApiShape, filter: ApiShape): Filter {
  const column = filter['column-name'];
  const conditions = filter['filter-conditions'];
  if (typeof column !== 'string' || !Array.isArray(conditions) || conditions.length === 0) {
    throw refuseMapping(`a filter of rule ${id(rule)} is incomplete`, 'column-name and filter-conditions', 'add them');
  }
  return { column, conditions: conditions.map((condition) => readCondition(rule, condition)) };
}

function readCondition(rule: ApiShape, condition: ApiShape): FilterCondition {
  const operator = condition['filter-operator'];
  const members = FILTER_OPERATORS[operator];
  if (members === undefined) {
    const known = Object.keys(FILTER_OPERATORS).join(', ');
    throw refuseMapping(`rule ${id(rule)} filters by "${operator}"`, `one of ${known}`, 'mend the operator');
  }
  const values = members.map((member) => {
    if (condition[member] === undefined) {
      throw refuseMapping(`rule ${id(rule)}: "${operator}" without ${member}`, members.join(' and '), `add ${member}`);
    }
    return String(condition[member]);
  });
  return { operator, values };
}

function transformation(rule: ApiShape): TransformationRule {
  const action: string = rule['rule-action'];
  const target = rule['rule-target'];
  const common = { id: id(rule), at: locator(rule) };
  const change = NAME_CHANGES[action];
  if (change !== undefined) {
    if (target !== 'schema' && target !== 'table' && target !== 'column') {
      throw refuseMapping(`rule ${common.id} changes the name of a "${target}"`, 'schema, table or column', 'mend it');
    }
    const needsValue = !action.startsWith('convert-');
    if (needsValue && typeof rule.value !== 'string') {
      throw refuseMapping(`rule ${common.id}: ${action} without a value`, 'a text', 'add "value"');
    }
    return { ...common, action: 'name', target, change: change(rule.value ?? '', rule['old-value'] ?? '') };
  }
  if (action === 'remove-column') return { ...common, action };
  if (action === 'change-data-type') return { ...common, action, type: dataType(rule) };
  if (action === 'add-column') {
    if (typeof rule.value !== 'string' || typeof rule.expression !== 'string') {
      throw refuseMapping(`rule ${common.id}: add-column`, '"value" (the name) and "expression"', 'add them');
    }
    const expression = parseExpression(rule.expression, common.id);
    return { ...common, action, column: rule.value, expression, type: dataType(rule) };
  }
  const known = [...Object.keys(NAME_CHANGES), 'remove-column', 'change-data-type', 'add-column'].join(', ');
  throw refuseMapping(`rule ${common.id} has the action "${action}"`, `locally ${known}`, 'leave the rule out locally');
}

const TYPES = new Set(
  'boolean int1 int2 int4 int8 uint1 uint2 uint4 uint8 real4 real8 date time datetime clob nclob blob'.split(' '),
);

function dataType(rule: ApiShape): DmsType {
  const given = rule['data-type'] ?? {};
  const kind = String(given.type ?? '').toLowerCase();
  const length = given.length === undefined || given.length === '' ? undefined : Number(given.length);
  if (kind === 'string' || kind === 'wstring' || kind === 'bytes') return { kind, length };
  if (kind === 'numeric') return { kind, precision: Number(given.precision ?? 28), scale: Number(given.scale || 0) };
  if (TYPES.has(kind)) return { kind } as DmsType;
  throw refuseMapping(`rule ${id(rule)} has the data type "${given.type}"`, 'a DMS data type', 'mend "data-type"');
}

function tableSettings(rule: ApiShape): LobRule[] {
  const lob = rule['lob-settings'];
  if (lob === undefined) return [];
  const mode = lob.mode ?? 'limited';
  if (!['limited', 'unlimited', 'none'].includes(mode)) {
    throw refuseMapping(`rule ${id(rule)} has the LOB mode "${mode}"`, 'limited, unlimited or none', 'mend it');
  }
  const size = lob['bulk-max-size'];
  return [{ id: id(rule), at: locator(rule), mode, ...(size !== undefined && { maxSize: Number(size) }) }];
}

/** What includes and excludes the very same tables can't be meant. */
function checkContradictions(selections: readonly SelectionRule[]): void {
  for (const one of selections.filter(({ action }) => action !== 'exclude')) {
    const other = selections.find(
      ({ action, at }) => action === 'exclude' && at.schema === one.at.schema && at.table === one.at.table,
    );
    if (other === undefined) continue;
    const what = `rule ${one.id} takes "${one.at.schema}.${one.at.table}" in and rule ${other.id} leaves it out`;
    throw refuseMapping(what, 'one of them', 'remove the other');
  }
}
