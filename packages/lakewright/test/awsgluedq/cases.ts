/** A rule on a data set, and what AWS's pages (or, where they are silent, the evaluator) say becomes of it. */
export interface DqdlCase {
  readonly rule?: string;
  readonly ruleset?: string;
  readonly frame?: string;
  /** Of the first rule. */
  readonly outcome?: 'Passed' | 'Failed';
  readonly message?: string | RegExp | null;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly analyzers?: readonly Readonly<Record<string, number>>[];
  /** The rules' numbers of passes, failures and skips for each row, by `id`, and the row's result. */
  readonly rows?: readonly (readonly [number, number, number, 'Passed' | 'Failed'])[];
  readonly refused?: RegExp;
  readonly byRow?: boolean;
  readonly skip?: boolean;
  readonly now?: string;
  readonly history?: Readonly<Record<string, readonly number[]>>;
}

export const FRAMES = {
  people: {
    schema: 'id int, name string, age int, country string, code string, salary int, born string, seen string',
    select: [
      'id',
      'name',
      'age',
      'country',
      'code',
      'CAST(salary AS double) salary',
      'CAST(born AS date) born',
      'CAST(seen AS timestamp) seen',
    ],
    rows: [
      [1, 'Ann', 30, 'US', '12345', 100.0, '1996-01-01', '2026-03-01 00:00:00'],
      [2, 'Bob', 25, 'CA', '23456', 200.0, '2001-05-05', '2026-02-28 12:00:00'],
      [3, 'Cid', null, 'UK', '345', 300.0, '1990-07-07', '2026-02-27 00:00:00'],
      [4, 'Ann', 22, null, null, 400.0, null, '2026-02-20 00:00:00'],
    ],
  },
  units: {
    schema: 'id int, units int, other int',
    rows: [
      [100, 0, 0],
      [101, null, 0],
      [102, 20, 20],
      [103, null, 0],
      [104, 40, 40],
    ],
  },
  composite: {
    schema: 'id int, myCol1 int, myCol2 int',
    rows: [
      [1, 2, 1],
      [2, 0, 3],
    ],
  },
  filtered: {
    schema: 'id int, att1 string, att2 string',
    rows: [
      [1, 'a', 'f'],
      [2, 'b', 'd'],
      [3, 'a', null],
      [4, 'a', 'f'],
      [5, 'b', null],
      [6, 'a', 'f'],
    ],
  },
  letters: {
    schema: 'id int, letter string',
    rows: [
      [1, 'a'],
      [2, 'a'],
      [3, 'b'],
    ],
  },
  texts: {
    schema: 'id int, text string, number string',
    rows: [
      [1, '', '1'],
      [2, '  ', '2'],
      [3, 'x', 'three'],
      [4, null, '4'],
    ],
  },
  reference: {
    schema: 'id int, name string, country string, salary int',
    select: ['id', 'name', 'country', 'CAST(salary AS double) salary'],
    rows: [
      [1, 'Ann', 'US', 100.0],
      [2, 'Bob', 'CA', 250.0],
    ],
  },
  twin: {
    schema: 'id int, letter string',
    rows: [
      [1, 'a'],
      [2, 'c'],
      [3, 'b'],
    ],
  },
  doubled: {
    schema: 'id int, letter string',
    rows: [
      [1, 'a'],
      [1, 'b'],
    ],
  },
  empty: { schema: 'id int, name string, age int', rows: [] },
};

const value = (text: string): string => `Value: ${text} does not meet the constraint requirement!`;

export const CASES: readonly DqdlCase[] = [
  // RowCount, ColumnCount, ColumnExists, ColumnNamesMatchPattern
  { rule: 'RowCount > 3', outcome: 'Passed', message: null, metrics: { 'Dataset.*.RowCount': 4 } },
  { rule: 'RowCount > 4', outcome: 'Failed', message: value('4.0') },
  { rule: 'RowCount between 4 and 9', outcome: 'Failed', message: value('4.0') },
  { rule: 'RowCount between 3 and 5', outcome: 'Passed' },
  { rule: 'RowCount not between 4 and 9', outcome: 'Passed' },
  { rule: 'RowCount in [1, 4]', outcome: 'Passed' },
  { rule: 'RowCount not in [4]', outcome: 'Failed' },
  { rule: 'RowCount = 1 where "age > 25"', outcome: 'Passed', metrics: { 'Dataset.*.RowCount': 1 } },
  { rule: 'RowCount = 0', frame: 'empty', outcome: 'Passed' },
  { rule: 'ColumnCount = 8', outcome: 'Passed', metrics: { 'Dataset.*.ColumnCount': 8 } },
  { rule: 'ColumnCount >= 9', outcome: 'Failed', message: value('8.0') },
  { rule: 'ColumnExists "name"', outcome: 'Passed', message: null },
  { rule: 'ColumnExists "Name"', outcome: 'Passed' },
  { rule: 'ColumnExists "nose"', outcome: 'Failed', message: 'Input data does not include column nose!' },
  {
    rule: 'ColumnNamesMatchPattern "[a-z]+"',
    outcome: 'Passed',
    metrics: { 'Dataset.*.ColumnNamesPatternMatchRatio': 1 },
  },
  {
    rule: 'ColumnNamesMatchPattern "[a-z]{2,5}"',
    outcome: 'Failed',
    message: /country, salary/,
    metrics: { 'Dataset.*.ColumnNamesPatternMatchRatio': 0.75 },
  },
  // Completeness, IsComplete
  { rule: 'IsComplete "name"', outcome: 'Passed', metrics: { 'Column.name.Completeness': 1 } },
  {
    rule: 'IsComplete "age"',
    outcome: 'Failed',
    message: value('0.75'),
    rows: [
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
      [1, 0, 0, 'Passed'],
    ],
  },
  { rule: 'IsComplete "colA"', outcome: 'Failed', message: 'Input data does not include column colA!', metrics: {} },
  { rule: 'IsComplete "age" where "country is not null"', outcome: 'Failed', message: /^Value: 0\.66/ },
  { rule: 'Completeness "age" > 0.7', outcome: 'Passed', metrics: { 'Column.age.Completeness': 0.75 } },
  { rule: 'Completeness "age" = "0.75"', outcome: 'Passed' },
  { rule: 'Completeness "age" > 0.75', outcome: 'Failed', message: value('0.75') },
  { rule: 'Completeness "name" > 0.5', frame: 'empty', outcome: 'Failed', message: value('NaN') },
  // where and row-level results: the example of the page
  {
    rule: 'IsComplete "att2" where "att1 = \'a\'"',
    frame: 'filtered',
    outcome: 'Failed',
    rows: [
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
    ],
  },
  {
    rule: 'IsComplete "att2" where "att1 = \'a\'"',
    frame: 'filtered',
    skip: true,
    outcome: 'Failed',
    rows: [
      [1, 0, 0, 'Passed'],
      [0, 0, 1, 'Passed'],
      [0, 1, 0, 'Failed'],
      [1, 0, 0, 'Passed'],
      [0, 0, 1, 'Passed'],
      [1, 0, 0, 'Passed'],
    ],
  },
  {
    rule: 'IsComplete "att2" where "no such column = 1"',
    frame: 'filtered',
    refused: /^Rule IsComplete "att2" where "no such column = 1" has provided an invalid where clause : /,
  },
  // Uniqueness, IsUnique, UniqueValueRatio, DistinctValuesCount, IsPrimaryKey
  { rule: 'IsUnique "id"', outcome: 'Passed', metrics: { 'Column.id.Uniqueness': 1 } },
  {
    rule: 'IsUnique "name"',
    outcome: 'Failed',
    message: value('0.5'),
    rows: [
      [0, 1, 0, 'Failed'],
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
    ],
  },
  { rule: 'IsUnique "name" "age"', outcome: 'Passed', metrics: { 'Multicolumn.name,age.Uniqueness': 1 } },
  { rule: 'Uniqueness "name" > 0.4', outcome: 'Passed', metrics: { 'Column.name.Uniqueness': 0.5 } },
  { rule: 'Uniqueness "letter" < 0.3', frame: 'letters', outcome: 'Failed', message: /^Value: 0\.33/ },
  {
    rule: 'UniqueValueRatio "letter" = 0.5',
    frame: 'letters',
    outcome: 'Passed',
    metrics: { 'Column.letter.UniqueValueRatio': 0.5 },
  },
  { rule: 'UniqueValueRatio "letter" between 0 and 0.5', frame: 'letters', outcome: 'Failed' },
  {
    rule: 'DistinctValuesCount "letter" = 2',
    frame: 'letters',
    outcome: 'Passed',
    metrics: { 'Column.letter.DistinctValuesCount': 2 },
  },
  { rule: 'DistinctValuesCount "age" = 3', outcome: 'Passed' },
  { rule: 'IsPrimaryKey "id"', outcome: 'Passed', metrics: { 'Column.id.Uniqueness': 1, 'Column.id.Completeness': 1 } },
  {
    rule: 'IsPrimaryKey "age"',
    outcome: 'Failed',
    message: value('0.75'),
    metrics: { 'Column.age.Uniqueness': 1, 'Column.age.Completeness': 0.75 },
    rows: [
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
      [1, 0, 0, 'Passed'],
    ],
  },
  { rule: 'IsPrimaryKey "name" "age"', outcome: 'Failed' },
  // Mean, Sum, StandardDeviation, Entropy, ColumnCorrelation
  { rule: 'Mean "units" = 20', frame: 'units', outcome: 'Passed', metrics: { 'Column.units.Mean': 20 } },
  { rule: 'Sum "units" = 60', frame: 'units', outcome: 'Passed', metrics: { 'Column.units.Sum': 60 } },
  { rule: 'StandardDeviation "units" between 16.32 and 16.34', frame: 'units', outcome: 'Passed' },
  {
    rule: 'StandardDeviation "other" = 16',
    frame: 'units',
    outcome: 'Passed',
    metrics: { 'Column.other.StandardDeviation': 16 },
  },
  { rule: 'Mean "salary" > 250', outcome: 'Failed', message: value('250.0') },
  { rule: 'Mean "name" > 1', outcome: 'Failed', message: /^Expected type of column name to be one of / },
  { rule: 'Mean "age" > 1', frame: 'empty', outcome: 'Failed', message: /^Empty state for analyzer Mean/ },
  { rule: 'Entropy "letter" between 0.63 and 0.64', frame: 'letters', outcome: 'Passed' },
  { rule: 'ColumnCorrelation "id" "salary" > 0.99', outcome: 'Passed' },
  { rule: 'ColumnCorrelation "id" "age" > 0.5', outcome: 'Failed', message: /^Value: -0\.94/ },
  // ColumnValues
  {
    rule: 'ColumnValues "age" > 21',
    outcome: 'Failed',
    message: value('NULL'),
    metrics: { 'Column.age.Minimum': 22 },
    rows: [
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
      [1, 0, 0, 'Passed'],
    ],
  },
  { rule: 'ColumnValues "salary" > 99', outcome: 'Passed', metrics: { 'Column.salary.Minimum': 100 } },
  {
    rule: 'ColumnValues "salary" <= 399',
    outcome: 'Failed',
    message: value('400.0'),
    metrics: { 'Column.salary.Maximum': 400 },
  },
  {
    rule: 'ColumnValues "id" between 0 and 5',
    outcome: 'Passed',
    metrics: { 'Column.id.Minimum': 1, 'Column.id.Maximum': 4 },
  },
  { rule: 'ColumnValues "id" between 1 and 5', outcome: 'Failed', message: value('1.0') },
  { rule: 'ColumnValues "id" not between 5 and 9', outcome: 'Passed' },
  { rule: 'ColumnValues "age" != 21', outcome: 'Passed' },
  {
    rule: 'ColumnValues "age" not in [21, 22]',
    outcome: 'Failed',
    rows: [
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
    ],
  },
  { rule: 'ColumnValues "age" not in [21, 23, NULL]', outcome: 'Failed', message: value('NULL') },
  { rule: 'ColumnValues "age" != NULL', outcome: 'Failed' },
  {
    rule: 'ColumnValues "age" != NULL with threshold > 0.5',
    outcome: 'Passed',
    metrics: { 'Column.age.ColumnValues.Compliance': 0.75 },
  },
  { rule: 'ColumnValues "country" in [ "US", "CA", "UK", NULL ]', outcome: 'Passed' },
  { rule: 'ColumnValues "country" in [ "US", "CA", "UK" ]', outcome: 'Failed', message: value('NULL') },
  {
    rule: 'ColumnValues "name" in [ "Ann" ]',
    outcome: 'Failed',
    message: value('0.5'),
    metrics: { 'Column.name.ColumnValues.Compliance': 0.5 },
  },
  { rule: 'ColumnValues "name" in [ "Ann" ] with threshold >= 0.5', outcome: 'Passed' },
  { rule: 'ColumnValues "name" in [ "Ann" ] where "id < 3" with threshold between 0.4 and 0.6', outcome: 'Passed' },
  { rule: 'ColumnValues "text" in [ EMPTY, WHITESPACES_ONLY, "x", NULL ]', frame: 'texts', outcome: 'Passed' },
  {
    rule: 'ColumnValues "text" not in ["a", WHITESPACES_ONLY]',
    frame: 'texts',
    outcome: 'Failed',
    rows: [
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
    ],
  },
  { rule: 'ColumnValues "name" matches "[a-zA-Z]*"', outcome: 'Passed' },
  { rule: 'ColumnValues "name" matches "[A-Z]"', outcome: 'Failed', message: value('0.0') },
  { rule: 'ColumnValues "name" not matches "A.*" with threshold >= 0.5', outcome: 'Passed' },
  { rule: 'ColumnValues "born" > "1980-01-01"', outcome: 'Failed', message: value('NULL') },
  { rule: 'ColumnValues "born" between "1989-12-31" and "2001-05-06" where "born is not null"', outcome: 'Passed' },
  { rule: 'ColumnValues "seen" > (now() - 10 days)', outcome: 'Passed' },
  { rule: 'ColumnValues "seen" > (now() - 3 days)', outcome: 'Failed', message: value('0.75') },
  { rule: 'ColumnValues "seen" <= now() - 12 hours', outcome: 'Passed' },
  { rule: 'ColumnValues "nose" > 1', outcome: 'Failed', message: 'Input data does not include column nose!' },
  // ColumnLength: null is a text of length 0
  {
    rule: 'ColumnLength "name" = 3',
    outcome: 'Passed',
    metrics: { 'Column.name.MinimumLength': 3, 'Column.name.MaximumLength': 3 },
  },
  {
    rule: 'ColumnLength "code" > 4',
    outcome: 'Failed',
    message: value('0.0'),
    metrics: { 'Column.code.MinimumLength': 0 },
  },
  { rule: 'ColumnLength "code" < 6', outcome: 'Passed', metrics: { 'Column.code.MaximumLength': 5 } },
  { rule: 'ColumnLength "code" in [5]', outcome: 'Failed', metrics: { 'Column.code.LengthCompliance': 0.5 } },
  { rule: 'ColumnLength "code" = 5 where "id < 3"', outcome: 'Passed' },
  { rule: '(ColumnLength "code" < 6) AND (ColumnValues "code" != NULL)', outcome: 'Failed' },
  // ColumnDataType
  {
    rule: 'ColumnDataType "number" = "Integer"',
    frame: 'texts',
    outcome: 'Failed',
    message: value('0.75'),
    metrics: { 'Column.number.ColumnDataType.Compliance': 0.75 },
  },
  { rule: 'ColumnDataType "number" = "Integer" with threshold > 0.7', frame: 'texts', outcome: 'Passed' },
  { rule: 'ColumnDataType "number" = "Text"', frame: 'texts', outcome: 'Failed', message: /and no text$/ },
  // DataFreshness
  {
    rule: 'DataFreshness "seen" <= 12 hours',
    now: '2026-03-01T12:00:00',
    outcome: 'Failed',
    message: '25.00 % of rows passed the threshold',
    rows: [
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
      [0, 1, 0, 'Failed'],
      [0, 1, 0, 'Failed'],
    ],
  },
  { rule: 'DataFreshness "seen" <= 10 days', outcome: 'Passed' },
  { rule: 'DataFreshness "seen" between 0 days and 10 days', outcome: 'Passed' },
  { rule: 'DataFreshness "name" <= 10', outcome: 'Failed', message: 'DataFreshness is compared with days or hours' },
  // CustomSql
  {
    rule: 'CustomSql "select count(*) from primary" between 3 and 5',
    outcome: 'Passed',
    metrics: { 'Dataset.*.CustomSQL': 4 },
  },
  { rule: 'CustomSql "select count(*) from primary" > 4', outcome: 'Failed', message: value('4.0') },
  {
    rule: 'CustomSql "select id from primary where age > 22"',
    outcome: 'Failed',
    message: value('0.5'),
    metrics: { 'Dataset.*.CustomSQL.Compliance': 0.5 },
    rows: [
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
      [0, 1, 0, 'Failed'],
    ],
  },
  { rule: 'CustomSQL "select id from primary where age > 22" with threshold > 0.4', outcome: 'Passed' },
  {
    rule: 'CustomSql "select 1 as one from primary"',
    outcome: 'Failed',
    message: /^The output from CustomSQL must contain at least one column that matches the input dataset/,
  },
  {
    ruleset: 'mySql = "select count(*) from primary"\nRules = [ CustomSql $mySql between 0 and 100 ]',
    outcome: 'Passed',
  },
  // rules on two data sets
  {
    rule: 'ReferentialIntegrity "country" "reference.country" = 1.0',
    outcome: 'Failed',
    message: value('0.5'),
    metrics: { 'Column.reference.ReferentialIntegrity': 0.5 },
    rows: [
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
      [0, 1, 0, 'Failed'],
      [0, 1, 0, 'Failed'],
    ],
  },
  { rule: 'ReferentialIntegrity "name,country" "reference.{name,country}" >= 0.5', outcome: 'Passed' },
  {
    rule: 'ReferentialIntegrity "country" "nowhere.country" = 1.0',
    outcome: 'Failed',
    message: "'nowhere' not found in additional data sources",
  },
  { rule: 'ReferentialIntegrity "country" "reference.nose" = 1.0', outcome: 'Failed', message: /does not exist/ },
  { rule: 'RowCountMatch "reference" = 2.0', outcome: 'Passed', metrics: { 'Dataset.reference.RowCountMatch': 2 } },
  { rule: 'RowCountMatch "reference" between 0.9 and 1.1', outcome: 'Failed', message: value('2.0') },
  { rule: 'SchemaMatch "twin" = 1.0', frame: 'letters', outcome: 'Passed', metrics: { 'Dataset.twin.SchemaMatch': 1 } },
  { rule: 'SchemaMatch "reference" = 1.0', outcome: 'Failed', message: value('0.5') },
  { rule: 'DatasetMatch "twin" "id" "letter" > 0.6', frame: 'letters', outcome: 'Passed' },
  { rule: 'DatasetMatch "twin" "id" = 1.0', frame: 'letters', outcome: 'Failed', message: /^Value: 0\.66/ },
  {
    rule: 'DatasetMatch "doubled" "id" = 1.0',
    frame: 'letters',
    outcome: 'Failed',
    message: 'Provided key map not suitable for given data frames',
  },
  { rule: 'AggregateMatch "sum(salary)" "sum(reference.salary)" > 2', outcome: 'Passed' },
  { rule: 'AggregateMatch "avg(salary)" "avg(reference.salary)" = 1.0', outcome: 'Failed', message: /^Value: 1\.42/ },
  {
    rule: 'AggregateMatch "sum(units)" "sum(other)" = 1.0',
    frame: 'units',
    outcome: 'Passed',
    metrics: { 'Column.[units,other].AggregateMatch': 1 },
  },
  // rules on files, here the script that evaluates the cases
  {
    rule: 'FileSize "HERE" between 100 B and 2 MB',
    outcome: 'Passed',
    metrics: { 'Dataset.*.FileSize.Compliance': 1, 'Dataset.*.FileCount': 1 },
  },
  { rule: 'FileSize "HERE" > 1 GB', outcome: 'Failed', message: value('0.0') },
  { rule: 'FileFreshness "HERE" > "2020-01-01"', outcome: 'Passed' },
  { rule: 'FileFreshness "HERE" < (now() - 9000 days)', outcome: 'Failed' },
  { rule: 'FileFreshness > (now() - 1 days)', outcome: 'Failed', message: 'Unable to parse file path from DataFrame' },
  // composite rules: the example of the page, by column and by row
  { rule: '(ColumnValues "myCol1" > 1) OR (ColumnValues "myCol2" > 2)', frame: 'composite', outcome: 'Failed' },
  {
    rule: '(ColumnValues "myCol1" > 1) OR (ColumnValues "myCol2" > 2)',
    frame: 'composite',
    byRow: true,
    outcome: 'Passed',
    message: null,
    rows: [
      [1, 0, 0, 'Passed'],
      [1, 0, 0, 'Passed'],
    ],
  },
  {
    rule: '(IsComplete "id") and (IsUnique "id")',
    outcome: 'Passed',
    metrics: { 'Column.id.Completeness': 1, 'Column.id.Uniqueness': 1 },
  },
  { rule: '(RowCount > 100) or (IsPrimaryKey "id")', outcome: 'Passed' },
  {
    rule: '(Mean "salary" > 300) and ((Mean "id" > 2) or (IsComplete "id"))',
    outcome: 'Failed',
    message: value('250.0'),
  },
  { rule: '(RowCount > 0) or ((IsComplete "age") and (IsUnique "age"))', outcome: 'Passed' },
  { rule: '(ColumnValues "age" = NULL) or (ColumnValues "age" between 1 and 90)', byRow: true, outcome: 'Passed' },
  // rules that know no rows are skipped by each of them
  {
    rule: 'RowCount > 100',
    outcome: 'Failed',
    rows: [
      [0, 0, 1, 'Passed'],
      [0, 0, 1, 'Passed'],
      [0, 0, 1, 'Passed'],
      [0, 0, 1, 'Passed'],
    ],
  },
  // dynamic rules
  { rule: 'RowCount > last()', outcome: 'Passed' },
  { rule: 'RowCount > last()', history: { 'Dataset.*.RowCount': [4, 1] }, outcome: 'Failed' },
  { rule: 'RowCount > avg(last(5))', history: { 'Dataset.*.RowCount': [4, 2] }, outcome: 'Passed' },
  {
    rule: 'RowCount between min(last(3)) - 1 and max(last(3)) + 1',
    history: { 'Dataset.*.RowCount': [4, 5] },
    outcome: 'Passed',
  },
  {
    rule: 'RowCount <= index(last(3), 1) + std(last(2))',
    history: { 'Dataset.*.RowCount': [2, 3] },
    outcome: 'Failed',
  },
  {
    rule: 'RowCount > last(5)',
    history: { 'Dataset.*.RowCount': [1, 2] },
    outcome: 'Failed',
    message: /^last\(k\) with k > 1 has to stand in an aggregation/,
  },
  // analyzers, labels, comments
  {
    ruleset: 'Rules = [ RowCount > 0 ]\nAnalyzers = [ DistinctValuesCount "name", ColumnLength "name" ]',
    outcome: 'Passed',
    analyzers: [
      { 'Column.name.DistinctValuesCount': 3 },
      { 'Column.name.MinimumLength': 3, 'Column.name.MaximumLength': 3 },
    ],
  },
  {
    ruleset: 'Analyzers = [ AllStatistics "id" ]',
    analyzers: [
      {
        'Dataset.*.RowCount': 4,
        'Column.id.Completeness': 1,
        'Column.id.Uniqueness': 1,
        'Column.id.Minimum': 1,
        'Column.id.Maximum': 4,
      },
    ],
  },
  {
    ruleset:
      'DefaultLabels=["frequency"="monthly"]\n# a comment\nRules = [\n  RowCount > 0 labels=["foo"="bar"] // another\n]',
    outcome: 'Passed',
  },
  // refused, with the place
  { ruleset: 'Rules = [ RowCount > 1, ]', refused: /^Invalid DQDL: expected a name, found ']' \(line 1, column 25\)$/ },
  {
    ruleset: 'Rules = [\n  IsComplete "a"\n  IsUnique "a"\n]',
    refused: /^Invalid DQDL: expected ',' or ']' for the '\[' in line 1, column 9 \(line 3, column 3\)$/,
  },
  { ruleset: 'Rules = [ IsCompleted "a" ]', refused: /unknown rule type 'IsCompleted' \(line 1, column 11\)/ },
  { ruleset: 'Rules = [ (RowCount > 1 ]', refused: /expected '\)'/ },
  {
    ruleset: 'Rules = [ (RowCount > 1) and RowCount > 2 ]',
    refused: /each rule that 'and' connects stands in parentheses/,
  },
  { rule: 'RowCount', refused: /^RowCount wants an expression: RowCount$/ },
  { rule: 'IsComplete', refused: /^IsComplete takes 1 parameters/ },
  { rule: 'Mean "age" > 1 with threshold > 0.5', refused: /^Mean takes no threshold/ },
  {
    rule: 'DetectAnomalies "RowCount"',
    refused: /^Lakewright does not evaluate DetectAnomalies \(line 1, column 11\)$/,
  },
  { rule: 'FileMatch "s3://a/" "s3://b/"', refused: /^Lakewright does not evaluate FileMatch/ },
];
