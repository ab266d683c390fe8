import { LakewrightError } from '../../../host/host';
import { type DmsType, isLob } from '../source/dms-type';
import type { SourceColumn, SourceTable } from '../source/source-database';
import type { ColumnExpression } from './expression';
import type { Filter } from './filter';
import { refuseMapping } from './refuse';
import type { LobRule, MappingRules, SelectionRule, TransformationRule } from './rules';
import { fits, isPattern } from './wildcards';

/** What becomes of one table. */
export interface TablePlan {
  readonly source: SourceTable;
  /** Names at the target. */
  readonly schema: string;
  readonly name: string;
  /** Columns to read, in the table's order. */
  readonly reads: readonly TypedColumn[];
  /** Columns of the data files, in their order. */
  readonly columns: readonly TargetColumn[];
  readonly filters: readonly Filter[];
}

export type TypedColumn = SourceColumn & { readonly type: DmsType };

export interface TargetColumn {
  readonly name: string;
  readonly type: DmsType;
  /** A source column's name, or what an added column holds. */
  readonly value: string | ColumnExpression;
  /** Size at which values of a source column are cut, or the load fails; undefined = whole. */
  readonly lobLimit?: number;
  /** A value that would be cut fails the replication. */
  readonly refusesLongLobs?: boolean;
}

/** How large objects are treated where no rule of a table says otherwise. */
export interface LobDefaults {
  readonly mode: LobRule['mode'];
  /** Kilobytes. */
  readonly maxSize: number;
  /** `FailTasksOnLobTruncation` of the source endpoint. */
  readonly failOnTruncation: boolean;
}

/**
 * Chooses the tables and plans each.
 *
 * @param warn told of rules that name a table which isn't there
 * @throws LakewrightError LW_DMS_NO_TABLE, LW_DMS_TYPE, LW_DMS_TABLE, LW_DMS_MAPPING
 */
export function planTables(
  tables: readonly SourceTable[],
  rules: MappingRules,
  lobs: LobDefaults,
  warn: (text: string) => void,
): readonly TablePlan[] {
  const chosen = tables.filter((table) => isChosen(table, rules.selections));
  if (chosen.length === 0) {
    const known = tables.map(({ schema, name }) => `${schema}.${name}`);
    const list = known.length === 0 ? 'no table that this role sees' : known.slice(0, 20).join(', ');
    const wanted = rules.selections
      .filter(({ action }) => action !== 'exclude')
      .map(({ at }) => `${at.schema}.${at.table}`);
    throw new LakewrightError(
      'LW_DMS_NO_TABLE',
      `no table fits the selection rules (${wanted.join(', ') || 'there is no include rule'}) → the database has ${list} → names are case-sensitive; mend the rules, or make the tables first`,
    );
  }
  for (const { action, at } of rules.selections) {
    if (action === 'exclude' || isPattern(at.schema) || isPattern(at.table)) continue;
    if (!tables.some(({ schema, name }) => fits(at.schema, schema) && fits(at.table, name))) {
      warn(`the table mappings name ${at.schema}.${at.table}, which isn't in the database`);
    }
  }
  const plans = chosen.map((table) => planTable(table, rules, lobs));
  for (const plan of plans) {
    const twin = plans.find((one) => one !== plan && one.schema === plan.schema && one.name === plan.name);
    if (twin === undefined) continue;
    const [a, b] = [plan, twin].map(({ source }) => `${source.schema}.${source.name}`);
    throw refuseMapping(
      `${a} and ${b} both become ${plan.schema}.${plan.name}`,
      'one source a target table',
      'rename one',
    );
  }
  return plans;
}

/** Plans a table that was chosen; again when its columns have changed. */
export function planTable(table: SourceTable, rules: MappingRules, lobs: LobDefaults): TablePlan {
  const name = `${table.schema}.${table.name}`;
  if (table.unsupported !== undefined) {
    throw new LakewrightError('LW_DMS_TABLE', `${name} can't be replicated: ${table.unsupported} → exclude it`);
  }
  const here = rules.transformations.filter(({ at }) => fits(at.schema, table.schema) && fits(at.table, table.name));
  const filters = rules.selections
    .filter((rule) => rule.action !== 'exclude' && matches(rule, table))
    .flatMap((rule) => rule.filters);
  for (const { column } of filters) {
    if (table.columns.some((one) => one.name === column)) continue;
    throw refuseMapping(`a filter of ${name} names the column "${column}"`, columnList(table), 'mend the name');
  }
  const lob = rules.lobSettings.filter(({ at }) => fits(at.schema, table.schema) && fits(at.table, table.name)).at(-1);
  const columns = [
    ...table.columns.flatMap((column) => sourceColumn(table, column, here, lob, lobs)),
    ...here.flatMap((rule) => addedColumn(table, rule)),
  ];
  checkNames(name, columns);
  const read = new Set(columns.flatMap(({ value }) => (typeof value === 'string' ? [value] : columnsOf(value))));
  for (const { column } of filters) read.add(column);
  for (const column of table.primaryKey) read.add(column);
  return {
    source: table,
    schema: changedName(
      name,
      'schema',
      table.schema,
      here.filter(({ action }) => action === 'name'),
    ),
    name: changedName(name, 'table', table.name, here),
    reads: table.columns.filter((column) => read.has(column.name)).map((column) => typed(table, column)),
    columns,
    filters,
  };
}

/** Excluding wins over including; an explicit rule over both. */
export function isChosen(table: Pick<SourceTable, 'schema' | 'name'>, selections: readonly SelectionRule[]): boolean {
  const matching = selections.filter((rule) => matches(rule, table));
  if (matching.some(({ action }) => action === 'explicit')) return true;
  return matching.some(({ action }) => action === 'include') && !matching.some(({ action }) => action === 'exclude');
}

const matches = ({ at }: SelectionRule, table: Pick<SourceTable, 'schema' | 'name'>): boolean =>
  fits(at.schema, table.schema) && fits(at.table, table.name);

function sourceColumn(
  table: SourceTable,
  column: SourceColumn,
  rules: readonly TransformationRule[],
  lob: LobRule | undefined,
  lobs: LobDefaults,
): TargetColumn[] {
  const here = rules.filter((rule) => rule.action !== 'add-column' && fits(rule.at.column, column.name));
  const removed = here.some(({ action }) => action === 'remove-column');
  const changes = here.flatMap((rule) => (rule.action === 'change-data-type' ? [rule] : []));
  const what = `${table.schema}.${table.name}.${column.name}`;
  if (changes.length > 1 || (removed && changes.length > 0)) {
    const ids = here.map(({ id }) => id).join(', ');
    throw refuseMapping(`rules ${ids} contradict each other on ${what}`, 'one action a column', 'remove one');
  }
  if (removed) return [];
  const { type } = typed(table, column);
  const [mode, size] = [lob?.mode ?? lobs.mode, lob?.maxSize ?? lobs.maxSize];
  if (isLob(type) && mode === 'none') return [];
  const name = changedName(what, 'column', column.name, here);
  const limit =
    isLob(type) && mode === 'limited'
      ? { lobLimit: lobLength(type, size), refusesLongLobs: lobs.failOnTruncation }
      : {};
  return [{ name, type: changes[0]?.type ?? type, value: column.name, ...limit }];
}

/**
 * Characters, or bytes of a BLOB. DMS counts a character of an NCLOB as two bytes.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html#CHAP_Source-PostgreSQL-DataTypes-LOBs
 */
const lobLength = (type: DmsType, kilobytes: number): number => kilobytes * (type.kind === 'nclob' ? 512 : 1024);

function addedColumn(table: SourceTable, rule: TransformationRule): TargetColumn[] {
  if (rule.action !== 'add-column') return [];
  for (const name of columnsOf(rule.expression)) {
    if (table.columns.some((column) => column.name === name)) continue;
    const what = `rule ${rule.id} of ${table.schema}.${table.name} uses the column "${name}"`;
    throw refuseMapping(what, columnList(table), 'mend the expression');
  }
  return [{ name: rule.column, type: rule.type, value: rule.expression }];
}

const columnsOf = (expression: ColumnExpression): string[] =>
  expression.flatMap((part) => (part.kind === 'column' ? [part.name] : []));

function typed(table: SourceTable, column: SourceColumn): TypedColumn {
  if (column.type !== undefined) return { ...column, type: column.type };
  throw new LakewrightError(
    'LW_DMS_TYPE',
    `column "${column.name}" of ${table.schema}.${table.name} has the type ${column.sourceType} → DMS documents no data type for it → leave it out by a remove-column rule, or convert it in the database`,
  );
}

function changedName(
  what: string,
  target: 'schema' | 'table' | 'column',
  name: string,
  rules: readonly TransformationRule[],
): string {
  const changes = rules.flatMap((rule) => (rule.action === 'name' && rule.target === target ? [rule] : []));
  if (changes.length > 1) {
    const ids = changes.map(({ id }) => id).join(', ');
    throw refuseMapping(`rules ${ids} all change the name of ${target} ${what}`, 'one of them', 'remove the others');
  }
  return changes[0]?.change(name) ?? name;
}

/** Readers of Parquet don't tell `a` from `A`. */
function checkNames(table: string, columns: readonly TargetColumn[]): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw refuseMapping(
        `${table} gets the columns "${other}" and "${name}"`,
        'names that differ by more than case',
        'rename one',
      );
    }
    seen.set(name.toLowerCase(), name);
  }
}

const columnList = ({ columns }: SourceTable): string => `it has ${columns.map(({ name }) => name).join(', ')}`;
