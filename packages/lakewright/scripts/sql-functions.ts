// Writes docs/sql-functions.md: every function of Trino 476 and what the local engine does with it. With --check it only says
// whether the page is current (exit code 1 if not).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type FunctionReference, functionTable, notCoveredFunctions } from '../src/engines/sql/functions';
import { loadCorpus } from './corpus/run';

const CORPUS = path.join(__dirname, '../test/corpus');
const TARGET = path.join(__dirname, '../../../docs/sql-functions.md');

/** What SHOW FUNCTIONS of Trino 476 lists, by name in lower case. */
const trino: Record<string, { readonly kind: string; readonly overloads: readonly string[] }> = JSON.parse(
  readFileSync(path.join(CORPUS, 'trino-functions.json'), 'utf8'),
);

/** Names that are syntax here: no entry of the allow-list, and covered. */
const LANGUAGE = ['current_date', 'current_timezone', 'date', 'format', 'grouping', 'if', 'now', 'substring', 'typeof'];

const INTRODUCTION = `# SQL functions

Every function of Trino 476, which Athena engine version 3 resembles, and what the local engine does with it. Generated from the
engine's own table (\`npm run check\` fails if it isn't current).

- **checked by**: how many statements with this function are in the repository's corpora, each with the answer that a real Trino
  gave, and the ids of some. They are in \`packages/lakewright/test/corpus\`; \`npm run corpus\` judges them.
- **differs**: what isn't as on Athena. Nothing there: the answer is meant to be exact.
- A function, or a type of argument, that isn't listed is **refused by name**: no answer is better than a wrong one.

\`T U K V R S\` are any types (the same one wherever the letter stands), \`I\` is any integer type, \`(T)->U\` is a lambda,
\`T...\` repeats the last argument, \`*\` is any type.

COALESCE, NULLIF, IF, CASE, TRY, CAST, TRY_CAST, EXTRACT, AT TIME ZONE, JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_ARRAY and
JSON_OBJECT are part of the language and covered, too.
`;

/** Statement ids by the functions that they call. */
function evidence(): Map<string, string[]> {
  const files = [
    'corpus.jsonl',
    'real/queries.jsonl',
    ...readdirSync(path.join(CORPUS, 'recorded')).map((file) => `recorded/${file}`),
  ];
  const found = new Map<string, string[]>();
  for (const file of files.filter((name) => name.endsWith('.jsonl'))) {
    for (const { id, sql } of loadCorpus(path.join(CORPUS, file))) {
      const called = new Set([...sql.matchAll(/\b([a-z]\w*)"?\s*\(/gi)].map(([, name = '']) => name.toLowerCase()));
      for (const name of called) found.set(name, [...(found.get(name) ?? []), id]);
    }
  }
  return found;
}

const statements = evidence();

function checkedBy(names: readonly string[]): string {
  const ids = [...new Set(names.flatMap((name) => statements.get(name) ?? []))];
  if (ids.length === 0) return '–';
  const some = [ids[0], ids[Math.floor(ids.length / 2)], ids[ids.length - 1]];
  return `${ids.length}: ${[...new Set(some)].join(', ')}`;
}

/** `https://…/functions/math.html` → `Math`. */
function title(source: string): string {
  const name = path.basename(source, '.html');
  return name[0]?.toUpperCase() + name.slice(1);
}

function row({ name, aliases, kind, signatures, notes }: FunctionReference): string {
  const list = signatures.map((signature) => `\`${signature.replaceAll('|', '\\|')}\``).join('<br>');
  const names = [name, ...aliases];
  return `| ${names.join(', ')} | ${kind} | ${list} | ${checkedBy(names)} | ${notes.join('; ')} |`;
}

function page(): string {
  const table = functionTable();
  const known = new Set([...table.flatMap(({ name, aliases }) => [name, ...aliases]), ...LANGUAGE]);
  const sources = [...new Set(table.map(({ source }) => source))];
  const sections = sources.map((source) => {
    const rows = table.filter((reference) => reference.source === source);
    const sorted = rows.sort((a, b) => (a.name < b.name ? -1 : 1)).map(row);
    return `## ${title(source)}\n\n[Trino's page](${source})\n\n| function | kind | signatures | checked by | differs |\n|---|---|---|---|---|\n${sorted.join('\n')}\n`;
  });
  const refused = [...new Set([...notCoveredFunctions(), ...Object.keys(trino).filter((name) => !known.has(name))])]
    .filter((name) => !known.has(name))
    .sort()
    .map((name) => `\`${name}\``);
  const covered = Object.keys(trino).filter((name) => known.has(name)).length;
  const total = Object.keys(trino).length;
  return `${INTRODUCTION}\n${covered} of ${total} functions are covered.\n\n${sections.join('\n')}\n## Refused by name\n\n${refused.join(', ')}\n`;
}

if (!process.argv.includes('--check')) writeFileSync(TARGET, page());
else if (readFileSync(TARGET, 'utf8') !== page()) process.exitCode = 1;
