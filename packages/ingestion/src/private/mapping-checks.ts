import { CHANGE_SEQUENCE, type MappingRule, type RenameRule } from './mapping-rules';
import { covers, isWildcard, overlap, type TablePattern, tableCovers, tablesOverlap } from './name-pattern';
import { refuse } from './refuse';

/** Refuses what can match nothing and what contradicts itself. */
export function checkMappings(rules: readonly MappingRule[]): void {
  const includes = rules.filter(({ kind }) => kind === 'include').map(({ at }) => at);
  const excludes = rules.filter(({ kind }) => kind === 'exclude').map(({ at }) => at);
  checkSelections(includes, excludes);
  const selected = (at: TablePattern): boolean =>
    includes.some((one) => tablesOverlap(one, at)) && !excludes.some((one) => tableCovers(one, at));
  for (const rule of rules) {
    if (rule.kind === 'include' || rule.kind === 'exclude') continue;
    if (!selected(rule.at)) matchesNothing(describe(rule), 'a table that an include selects and no exclude leaves out');
    if (rule.kind === 'filter') checkFilter(rule, includes);
    if (rule.kind === 'rename') checkRename(rule);
    checkColumn(rule);
  }
  checkPairs(rules.filter(({ kind }) => kind !== 'include' && kind !== 'exclude' && kind !== 'filter'));
  checkTargets(rules, includes);
}

function checkSelections(includes: readonly TablePattern[], excludes: readonly TablePattern[]): void {
  if (includes.length === 0) {
    refuse(
      'NoTables',
      'table mappings that include no table',
      'at least one',
      'use TableMappings.include("schema.table")',
    );
  }
  for (const one of includes) {
    if (one.schema === '%') {
      refuse(
        'EverySchemaIncluded',
        `the tables "${text(one)}"`,
        "schemas by name, since the databases' own schemas hold password hashes",
        'name the schemas',
      );
    }
    const by = excludes.find((exclude) => tableCovers(exclude, one));
    if (by) matchesNothing(`include "${text(one)}" under exclude "${text(by)}"`, 'tables that no exclude leaves out');
  }
  for (const one of excludes) {
    if (!includes.some((include) => tablesOverlap(include, one))) {
      matchesNothing(`exclude "${text(one)}"`, 'tables that an include selects');
    }
  }
}

function checkFilter(rule: Extract<MappingRule, { kind: 'filter' }>, includes: readonly TablePattern[]): void {
  const own = includes.filter((one) => text(one) === text(rule.at));
  if (own.length === 0) {
    matchesNothing(describe(rule), 'a table written as in its include');
  }
  if (includes.some((one) => text(one) !== text(rule.at) && tablesOverlap(one, rule.at))) {
    contradict(describe(rule), 'another include that takes all rows of the same table');
  }
  if (rule.conditions.length === 0) {
    refuse('FilterMatchesNothing', describe(rule), 'at least one condition', 'give RowCondition.equalTo(…)');
  }
}

function checkRename({ target, at, column, to }: RenameRule): void {
  const given = target === 'schema' ? at.schema : target === 'table' ? text(at) : (column ?? '');
  const one = target === 'schema' ? [at.schema] : target === 'table' ? [at.schema, at.table] : [column ?? ''];
  if (one.some(isWildcard)) {
    refuse('RenameNeedsOneName', `${target} "${given}"`, 'one name, without "%"', 'rename each of them');
  }
  if (to === '' || /[%/]/.test(to)) {
    refuse('InvalidNewName', `${target} "${given}" renamed to "${to}"`, 'a name without "%" and "/"', 'mend the name');
  }
}

/** @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Transformations.html */
function checkColumn(rule: MappingRule): void {
  if (!('column' in rule) || rule.column === undefined) return;
  const names = [rule.column, ...(rule.kind === 'rename' ? [rule.to] : [])];
  for (const name of names) {
    if (name === '' || (rule.kind !== 'filter' && /[#\\/-]/.test(name))) {
      refuse(
        'InvalidColumnName',
        `column "${name}" of ${describe(rule)}`,
        'a name; DMS transforms none with "#", "\\", "/" or "-"',
        'leave it to a later step',
      );
    }
  }
  const made = rule.kind === 'add' ? rule.column : rule.kind === 'rename' ? rule.to : undefined;
  if (made !== undefined && RESERVED.includes(made.toLowerCase())) {
    refuse(
      'ReservedColumn',
      `${describe(rule)} makes a column "${made}"`,
      `names other than ${RESERVED.join(', ')}, which every replication adds`,
      'take another name',
    );
  }
}

/** DMS applies one transformation to an object; the order of two isn't defined. */
function checkPairs(rules: readonly MappingRule[]): void {
  for (const [index, one] of rules.entries()) {
    for (const other of rules.slice(index + 1)) {
      if (sameObject(one, other)) contradict(describe(one), describe(other));
    }
  }
}

function sameObject(one: MappingRule, other: MappingRule): boolean {
  if (objectKind(one) !== objectKind(other) || !tablesOverlap(one.at, other.at)) return false;
  if (!('column' in one) || !('column' in other) || one.column === undefined || other.column === undefined) return true;
  return overlap(one.column, other.column);
}

function objectKind(rule: MappingRule): string {
  if (rule.kind === 'rename') return rule.target;
  return rule.kind === 'lobs' ? 'lobs' : 'column';
}

/** Two tables in one folder, two columns of one name. */
function checkTargets(rules: readonly MappingRule[], includes: readonly TablePattern[]): void {
  const renames = rules.filter((rule): rule is RenameRule => rule.kind === 'rename');
  for (const [index, one] of renames.entries()) {
    for (const other of renames.slice(index + 1)) {
      const sameTarget = one.target === other.target && one.to === other.to;
      if (!sameTarget) continue;
      const meet =
        one.target === 'schema' ||
        (one.target === 'table' ? one.at.schema === other.at.schema : tablesOverlap(one.at, other.at));
      if (meet) twoInOne(describe(one), describe(other));
    }
    const moved = (schema: string, table: string): boolean =>
      renames.some(
        ({ target, at }) =>
          target === one.target && at.schema === schema && (target === 'schema' || at.table === table),
      );
    if (one.target === 'column') continue;
    const occupied = includes.find(({ schema, table }) =>
      one.target === 'schema'
        ? schema === one.to
        : !isWildcard(table) && covers(schema, one.at.schema) && table === one.to,
    );
    if (occupied && !moved(occupied.schema, occupied.table)) twoInOne(describe(one), `include "${text(occupied)}"`);
  }
}

function describe(rule: MappingRule): string {
  const at = `"${text(rule.at)}"`;
  if (rule.kind === 'rename' && rule.target === 'schema') return `renameSchema "${rule.at.schema}"`;
  if (rule.kind === 'rename' && rule.target === 'table') return `renameTable ${at}`;
  const column = 'column' in rule ? ` column "${rule.column}"` : '';
  return `${VERBS[rule.kind]} ${at}${column}`;
}

function matchesNothing(wrote: string, allowed: string): never {
  refuse('RuleMatchesNothing', wrote, allowed, 'mend the name (it counts upper and lower case), or drop the rule');
}

function contradict(one: string, other: string): never {
  refuse('RulesContradict', `${one} and ${other}`, 'one rule for one object', 'keep one of them');
}

function twoInOne(one: string, other: string): never {
  refuse('TwoTablesOneTarget', `${one} and ${other}`, 'a target of its own for each', 'take another name');
}

function text({ schema, table }: TablePattern): string {
  return `${schema}.${table}`;
}

const VERBS: Record<MappingRule['kind'], string> = {
  include: 'include',
  exclude: 'exclude',
  filter: 'filter',
  rename: 'renameColumn',
  drop: 'dropColumns',
  add: 'addColumn',
  convert: 'convertColumn',
  lobs: 'lobs',
};

const RESERVED = [CHANGE_SEQUENCE, 'op', 'dms_timestamp'];
