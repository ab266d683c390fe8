// Writes docs/sql-statements.md: the statements of Athena's SQL reference and what the local engine does with them. With
// --check it only says whether the page is current (exit code 1 if not).
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type StatementEntry, sections, statements } from './sql-statements/index';

const TARGET = path.join(__dirname, '../../../docs/sql-statements.md');
const ATHENA = 'https://docs.aws.amazon.com/athena/latest/ug/';

const INTRODUCTION = `# SQL statements

What Athena's SQL reference lists, and what happens with it here. Generated (\`npm run check\` fails if it isn't current), and every
line is tested: the examples of each id, those that succeed and those that are refused, are run by
\`packages/lakewright/test/services/athena/statement-support.test.ts\`; they are written down in
\`packages/lakewright/scripts/sql-statements\`.

Functions have [a page of their own](sql-functions.md), and so have [the differences from Athena](athena-differences.md).
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

function row(id: string, { syntax, page, notes = '', succeed = [], fail = [] }: StatementEntry): string {
  const done = succeed.length > 0 ? (fail.some(([, error]) => error === 'NOT_COVERED') ? 'partly' : 'yes') : 'refused';
  const tested = [succeed.length && `${succeed.length} run`, fail.length && `${fail.length} refused`].filter(Boolean);
  return `| ${id} | [\`${cell(syntax)}\`](${ATHENA}${page}) | ${done} | ${cell(notes)} | ${tested.join(', ')} |`;
}

function page(): string {
  const ids = statements.map(({ id }) => id);
  const parts = sections.map(({ title, introduction, entries }) => {
    const rows = entries.map((entry) => row(ids.shift() as string, entry));
    return [
      `## ${title}\n`,
      ...(introduction ? [`${introduction}\n`] : []),
      '| id | statement | here | notes | tested |',
      '|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return `${INTRODUCTION}\n${parts.join('\n')}`;
}

if (!process.argv.includes('--check')) writeFileSync(TARGET, page());
else if (readFileSync(TARGET, 'utf8') !== page()) process.exitCode = 1;
