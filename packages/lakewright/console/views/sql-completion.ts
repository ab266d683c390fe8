import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippetCompletion,
} from '@codemirror/autocomplete';
import { keywordCompletionSource, SQLDialect, StandardSQL, schemaCompletionSource } from '@codemirror/lang-sql';
import type { Extension } from '@codemirror/state';

/** What the chosen persona may see: `database.table` → columns. */
export type Names = ReadonlyMap<string, readonly string[]>;

const KEYWORDS =
  'add all alter analyze and any as asc at between bucket buckets by cascade case cast clustered columns comment contains cross cube current current_date current_time current_timestamp data database databases deallocate default delete desc describe directory distinct drop else end escape except excluding execute exists explain external extract false fetch fields filter first following for format formatted from full functions grant group grouping groups having if ignore in include including inner insert inputformat intersect interval into is join last lateral left like limit local location map merge msck natural next not null nulls offset on only optimize or order ordinality outer outputformat over overwrite partition partitioned partitions preceding prepare properties purge range recursive rename repair replace respect restrict right rollup row rows schema schemas select serde serdeproperties set sets show some stored struct table tables tablesample tblproperties terminated then time timestamp to true try_cast unbounded union unload unnest update using vacuum values view views when where window with within without';
const TYPES =
  'array bigint binary boolean char date decimal double float int integer ipaddress json real row smallint string time timestamp tinyint uuid varbinary varchar';

/** Athena: Trino's SQL, and Hive's for tables. */
export const athenaDialect = SQLDialect.define({
  ...StandardSQL.spec,
  keywords: KEYWORDS,
  types: TYPES,
  builtin: '',
  doubleQuotedStrings: false,
  backslashEscapes: false,
  hashComments: false,
  identifierQuotes: '"`',
  operatorChars: '*+-%<>!=&|/~:',
});

export function completion(names: Names, functions: readonly string[]): Extension {
  const source = athenaDialect.language.data;
  const schema: Record<string, Record<string, string[]>> = {};
  for (const [id, columns] of names) {
    const [database = '', table = ''] = id.split('.');
    schema[database] ??= {};
    (schema[database] as Record<string, string[]>)[table] = [...columns];
  }
  const callable = functions.map((name) =>
    snippetCompletion(`${name}(\${})`, { label: name, type: 'function', detail: 'function' }),
  );
  return [
    source.of({ autocomplete: schemaCompletionSource({ dialect: athenaDialect, schema, upperCaseKeywords: true }) }),
    source.of({ autocomplete: keywordCompletionSource(athenaDialect, true) }),
    source.of({ autocomplete: (context: CompletionContext) => inPlace(context, names, callable) }),
  ];
}

/** Columns of the tables that the statement names, and functions: where an expression may begin. */
function inPlace(context: CompletionContext, names: Names, callable: readonly Completion[]): CompletionResult | null {
  const word = context.matchBefore(/\w*/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const before = context.state.sliceDoc(Math.max(0, word.from - 200), word.from);
  if (/[."'`\w]$/.test(before)) return null;
  if (/\b(from|join|into|table|update)\s+$/i.test(before))
    return { from: word.from, options: tables(names), validFor: /^\w*$/ };
  const sql = context.state.doc.toString();
  const columns = [...names].flatMap(([id, all]) =>
    mentions(sql, id) ? all.map((label): Completion => ({ label, type: 'property', detail: id, boost: 20 })) : [],
  );
  return { from: word.from, options: [...columns, ...callable], validFor: /^\w*$/ };
}

const tables = (names: Names): Completion[] =>
  [...names.keys()].map((label) => ({ label, type: 'class', detail: 'table', boost: 30 }));

/** The table stands in the text, with or without its database. */
export function mentions(sql: string, id: string): boolean {
  const [database = '', table = ''] = id.split('.');
  return new RegExp(`(^|[^\\w.])("?${escaped(database)}"?\\.)?"?${escaped(table)}"?($|[^\\w(])`, 'i').test(sql);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
