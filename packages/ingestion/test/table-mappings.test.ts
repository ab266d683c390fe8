import { Size } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DmsDataType, LobHandling, RowCondition, TableMappings } from '../src';

interface Rule {
  readonly [key: string]: unknown;
  readonly 'rule-id': string;
  readonly 'rule-type': string;
  readonly 'rule-action'?: string;
  readonly 'object-locator': Record<string, string>;
}

function rules(mappings: TableMappings): Rule[] {
  return (JSON.parse(mappings.toJson()) as { rules: Rule[] }).rules;
}

function actions(mappings: TableMappings): unknown[] {
  return rules(mappings).map((rule) => {
    const { 'rule-id': id, 'rule-name': name, ...rest } = rule;
    expect(name).toBe(id);
    return rest;
  });
}

const SEQUENCE = {
  'rule-type': 'transformation',
  'rule-action': 'add-column',
  'rule-target': 'column',
  'object-locator': { 'schema-name': '%', 'table-name': '%' },
  value: 'change_sequence',
  expression: '$AR_H_CHANGE_SEQ',
  'data-type': { type: 'string', length: 50 },
};

describe('defaults', () => {
  test('tables are selected one by one, and every table gets the sequence of its changes', () => {
    expect(actions(TableMappings.include('public.flights', 'public.a.b'))).toEqual([
      {
        'rule-type': 'selection',
        'rule-action': 'include',
        'object-locator': { 'schema-name': 'public', 'table-name': 'flights' },
        filters: [],
      },
      {
        'rule-type': 'selection',
        'rule-action': 'include',
        'object-locator': { 'schema-name': 'public', 'table-name': 'a.b' },
        filters: [],
      },
      SEQUENCE,
    ]);
  });

  test('mappings never change: each method returns others', () => {
    const one = TableMappings.include('public.%');
    const before = one.toJson();
    one.exclude('public.audit').dropColumns('public.users', 'email');
    expect(one.toJson()).toBe(before);
  });
});

describe('overrides', () => {
  test('every rule renders as DMS documents it', () => {
    const mappings = TableMappings.include('public.%', 'sales.orders')
      .exclude('public.audit_%')
      .filter('sales.orders', 'year', RowCondition.between('2020', '2026'), RowCondition.absent())
      .filter('sales.orders', 'region', RowCondition.equalTo('EU'))
      .renameSchema('sales', 'shop')
      .renameTable('public.flights', 'legs')
      .renameColumn('public.flights', 'dep', 'departed')
      .dropColumns('public.users', 'email', 'phone%')
      .addColumn('public.flights', { name: 'loaded', type: DmsDataType.datetime(6), expression: '$AR_H_TIMESTAMP' })
      .convertColumn('public.flights', 'delay', DmsDataType.numeric(10, 2))
      .lobs('public.documents', LobHandling.limited(Size.mebibytes(1)));
    const [, orders, exclude, schema, table, column, drop, , add, convert, lobs] = actions(mappings);
    const at = (schemaName: string, tableName: string, columnName?: string) => ({
      'schema-name': schemaName,
      'table-name': tableName,
      ...(columnName ? { 'column-name': columnName } : {}),
    });
    expect(orders).toMatchObject({
      filters: [
        {
          'filter-type': 'source',
          'column-name': 'year',
          'filter-conditions': [
            { 'filter-operator': 'between', 'start-value': '2020', 'end-value': '2026' },
            { 'filter-operator': 'null' },
          ],
        },
        {
          'filter-type': 'source',
          'column-name': 'region',
          'filter-conditions': [{ 'filter-operator': 'eq', value: 'EU' }],
        },
      ],
    });
    expect(exclude).toMatchObject({ 'rule-action': 'exclude', 'object-locator': at('public', 'audit_%') });
    expect(schema).toMatchObject({ 'rule-action': 'rename', 'rule-target': 'schema', value: 'shop' });
    expect(schema).toHaveProperty('object-locator', { 'schema-name': 'sales' });
    expect(table).toMatchObject({ 'rule-target': 'table', 'object-locator': at('public', 'flights'), value: 'legs' });
    expect(column).toMatchObject({ 'rule-target': 'column', 'object-locator': at('public', 'flights', 'dep') });
    expect(drop).toMatchObject({ 'rule-action': 'remove-column', 'object-locator': at('public', 'users', 'email') });
    expect(add).toMatchObject({ value: 'loaded', 'data-type': { type: 'datetime', precision: 6 } });
    expect(convert).toMatchObject({
      'rule-action': 'change-data-type',
      'data-type': { type: 'numeric', precision: 10, scale: 2 },
    });
    expect(lobs).toMatchObject({ 'lob-settings': { mode: 'limited', 'bulk-max-size': '1024' } });
  });

  test('a rule keeps its id when others come or go', () => {
    const ids = (mappings: TableMappings) =>
      Object.fromEntries(rules(mappings).map((rule) => [JSON.stringify(rule['object-locator']), rule['rule-id']]));
    const before = ids(TableMappings.include('a.x', 'a.y'));
    const after = ids(TableMappings.include('a.new', 'a.x', 'a.y').dropColumns('a.x', 'secret'));
    for (const [locator, id] of Object.entries(before)) expect(after[locator]).toBe(id);
    expect(new Set(Object.values(after)).size).toBe(Object.values(after).length);
  });
});

describe('refused input', () => {
  const all = TableMappings.include('public.%');
  const type = DmsDataType.INT4;
  test.each<[string, () => TableMappings]>([
    ['InvalidTableName', () => TableMappings.include('flights')],
    ['InvalidTableName', () => TableMappings.include('public.')],
    ['NoTables', () => TableMappings.include()],
    ['EverySchemaIncluded', () => TableMappings.include('%.%')],
    ['RuleMatchesNothing', () => all.exclude('other.audit')],
    ['RuleMatchesNothing', () => TableMappings.include('public.a').exclude('public.%')],
    ['RuleMatchesNothing', () => all.renameTable('Public.flights', 'legs')],
    ['RuleMatchesNothing', () => all.exclude('public.users').dropColumns('public.users', 'email')],
    ['RuleMatchesNothing', () => all.filter('public.flights', 'a', RowCondition.present())],
    ['RulesContradict', () => all.alsoInclude('public.a').filter('public.a', 'x', RowCondition.equalTo('1'))],
    ['FilterMatchesNothing', () => all.filter('public.%', 'a')],
    ['FilterMatchesNothing', () => all.filter('public.%', 'a', RowCondition.between('10', '9'))],
    ['FilterMatchesNothing', () => all.filter('public.%', 'a', RowCondition.between('2026-01-01', '2025-01-01'))],
    ['RulesContradict', () => all.renameTable('public.a', 'b').renameTable('public.a', 'c')],
    ['RulesContradict', () => all.dropColumns('public.a', 'x').renameColumn('public.a', 'x', 'y')],
    ['RulesContradict', () => all.dropColumns('public.%', 'secret%').convertColumn('public.a', 'secret_1', type)],
    ['RulesContradict', () => all.renameSchema('public', 'a').renameSchema('public', 'b')],
    ['RulesContradict', () => all.lobs('public.a', LobHandling.none()).lobs('public.a', LobHandling.full())],
    [
      'RulesContradict',
      () => all.dropColumns('public.a', 'x').addColumn('public.a', { name: 'x', type, expression: '1' }),
    ],
    ['TwoTablesOneTarget', () => all.renameTable('public.a', 'x').renameTable('public.b', 'x')],
    ['TwoTablesOneTarget', () => TableMappings.include('p.a', 'p.b').renameTable('p.a', 'b')],
    ['TwoTablesOneTarget', () => TableMappings.include('p.a', 'q.a').renameSchema('p', 'q')],
    ['TwoTablesOneTarget', () => all.renameColumn('public.a', 'x', 'z').renameColumn('public.%', 'y', 'z')],
    ['RenameNeedsOneName', () => all.renameTable('public.%', 'all')],
    ['RenameNeedsOneName', () => all.renameColumn('public.a', 'x%', 'y')],
    ['InvalidNewName', () => all.renameTable('public.a', 'x/y')],
    ['InvalidColumnName', () => all.renameColumn('public.a', 'has-dash', 'y')],
    ['ReservedColumn', () => all.renameColumn('public.a', 'x', 'change_sequence')],
    ['ReservedColumn', () => all.addColumn('public.a', { name: 'Op', type, expression: '1' })],
    ['InvalidDataType', () => all.convertColumn('public.a', 'x', DmsDataType.numeric(39, 0))],
    ['InvalidLobSize', () => all.lobs('public.a', LobHandling.limited(Size.gibibytes(1)))],
  ])('%s', (code, make) => {
    expect(() => make().toJson()).toThrow(new RegExp(`^${code}: `));
  });

  test('an underscore in brackets is itself, and alone it is any character', () => {
    const rename = (table: string) => () => TableMappings.include('p.a[_]b').dropColumns(table, 'x').toJson();
    expect(rename('p.a_b')).not.toThrow();
    expect(rename('p.aXb')).toThrow(/^RuleMatchesNothing: /);
    expect(() => TableMappings.include('p.a_b').dropColumns('p.aXb', 'x').toJson()).not.toThrow();
  });

  test('names that were swapped have a target each', () => {
    expect(() =>
      TableMappings.include('p.a', 'p.b').renameTable('p.a', 'b').renameTable('p.b', 'a').toJson(),
    ).not.toThrow();
  });
});

test('whatever was accepted, each rule touches a table that is selected', () => {
  const part = fc.stringMatching(/^[ab%]{1,2}$/);
  const table = fc.tuple(fc.constantFrom('s', 't', 's%'), part).map(([schema, name]) => `${schema}.${name}`);
  const names = ['a', 'b', 'aa', 'ab', 'ba', 'bb', 'aaa', 'aba', 'c'];
  const tables = ['s', 't', 'sa'].flatMap((schema) => names.map((name) => [schema, name] as const));
  // the model: patterns as regular expressions over a small world
  const matches = (pattern: string, [schema, name]: readonly [string, string]): boolean => {
    const [, first = '', rest = ''] = /^([^.]*)\.(.*)$/.exec(pattern) ?? [];
    const expression = (text: string) => new RegExp(`^${text.replaceAll('%', '.*')}$`);
    return expression(first).test(schema) && expression(rest).test(name);
  };
  fc.assert(
    fc.property(
      fc.array(table, { minLength: 1, maxLength: 3 }),
      fc.array(table, { maxLength: 2 }),
      table,
      (included, excluded, dropped) => {
        let accepted = true;
        try {
          TableMappings.include(...included)
            .exclude(...excluded)
            .dropColumns(dropped, 'x')
            .toJson();
        } catch (error) {
          expect(String(error)).toMatch(/RuleMatchesNothing/);
          accepted = false;
        }
        const chosen = (each: readonly [string, string]) =>
          included.some((pattern) => matches(pattern, each)) && !excluded.some((pattern) => matches(pattern, each));
        const touched = tables.some((each) => chosen(each) && matches(dropped, each));
        // nothing that could match is refused for its own sake: only a useless include or exclude may be the reason then
        if (touched && !accepted) {
          const useless =
            excluded.some(
              (pattern) => !tables.some((each) => matches(pattern, each) && included.some((one) => matches(one, each))),
            ) || included.some((pattern) => !tables.some((each) => matches(pattern, each) && chosen(each)));
          expect(useless).toBe(true);
        }
        if (accepted && excluded.length === 0) expect(touched).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
