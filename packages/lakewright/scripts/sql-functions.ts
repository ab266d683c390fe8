import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type FunctionReference, functionTable, notCoveredFunctions } from '../src/engines/sql/functions';

const TARGET = path.join(__dirname, '../../../docs/sql-functions.md');

const INTRODUCTION = `# SQL functions

The Athena SQL functions that the local engine covers, with the signatures that it takes. A function or a type of argument
that isn't listed is refused by name: no answer is better than a wrong one.

\`T U K V R S\` are any types (the same one wherever the letter stands), \`I\` is any integer type, \`(T)->U\` is a lambda,
\`T...\` repeats the last argument, \`*\` is any type.

COALESCE, NULLIF, IF, CASE, TRY, CAST, TRY_CAST, EXTRACT, AT TIME ZONE, JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_ARRAY,
JSON_OBJECT and \`typeof\` are part of the language and covered, too.
`;

/** \`https://…/functions/math.html\` → \`Math\`. */
function title(source: string): string {
  const name = path.basename(source, '.html');
  return name[0]?.toUpperCase() + name.slice(1);
}

function row({ name, aliases, kind, signatures, notes }: FunctionReference): string {
  const list = signatures.map((signature) => `\`${signature.replaceAll('|', '\\|')}\``).join('<br>');
  return `| ${[name, ...aliases].join(', ')} | ${kind} | ${list} | ${notes.join('; ')} |`;
}

function page(): string {
  const sources = [...new Set(functionTable().map(({ source }) => source))];
  const sections = sources.map((source) => {
    const rows = functionTable().filter((reference) => reference.source === source);
    const sorted = rows.sort((a, b) => (a.name < b.name ? -1 : 1)).map(row);
    return `## ${title(source)}\n\n[Trino's page](${source})\n\n| function | kind | signatures | differs |\n|---|---|---|---|\n${sorted.join('\n')}\n`;
  });
  const refused = notCoveredFunctions().map((name) => `\`${name}\``);
  return `${INTRODUCTION}\n${sections.join('\n')}\n## Refused by name\n\n${[...refused, '`ST_…`'].join(', ')}\n`;
}

writeFileSync(TARGET, page());
