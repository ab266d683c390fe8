// `npm run check`: generated files are current, licences are permissive, README commands exist.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const checks = {
  'generated files are current': generated,
  'the page of SQL functions is current': () =>
    page('docs/sql-functions.md', 'packages/lakewright/scripts/sql-functions.ts'),
  'the page of SQL statements is current': () =>
    page('docs/sql-statements.md', 'packages/lakewright/scripts/sql-statements.ts'),
  'what the documentation gives as evidence exists': evidence,
  'licences are permissive': licences,
  'documented commands exist': commands,
};
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const problems = check();
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name}`);
  for (const problem of problems) console.log(`        ${problem}`);
  failed += problems.length === 0 ? 0 : 1;
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Generates everything again (without installing) and looks whether a file changed. */
function generated() {
  const before = digest();
  run('npx', ['tsx', '.projenrc.ts'], { ...process.env, PROJEN_DISABLE_POST: 'true', CI: '' });
  const after = digest();
  return [...after].filter(([file, hash]) => before.get(file) !== hash).map(([file]) => `${file}: run "npx projen"`);
}

function page(file, script) {
  try {
    run('npx', ['tsx', script, '--check']);
    return [];
  } catch {
    return [`${file}: run "npx tsx ${script}"`];
  }
}

/** Tests by file and a part of their name, recorded statements by their id, statements of the reference by theirs. */
function evidence() {
  const file = 'docs/athena-differences.md';
  const text = readFileSync(file, 'utf8');
  const tests = 'packages/lakewright/test';
  const corpora = readdirSync(join(tests, 'corpus'), { recursive: true }).filter((name) => name.endsWith('.jsonl'));
  const recorded = corpora.map((name) => readFileSync(join(tests, 'corpus', name), 'utf8')).join('\n');
  const statements = readFileSync('docs/sql-statements.md', 'utf8');
  const named = [...text.matchAll(/`([\w/.-]+\.(?:test|client)\.ts)`:\s+\*([^*]+)\*/g)];
  const missing = [
    ...named.filter(([, path, name]) => !readFileSync(join(tests, path), 'utf8').includes(name)),
    ...[...text.matchAll(/`([a-z-]+-r?\d{3,4})`/g)].filter(([, id]) => !recorded.includes(`"id":"${id}"`)),
    ...[...text.matchAll(/`([a-z]+_\d{2})`/g)].filter(([, id]) => !statements.includes(`| ${id} |`)),
  ];
  const problems = missing.map(([all]) => `${file}: ${all} isn't there`);
  return named.length > 0 ? problems : [...problems, `${file}: no evidence found`];
}

function digest() {
  const files = JSON.parse(readFileSync('.projen/files.json', 'utf8')).files;
  const members = JSON.parse(readFileSync('package.json', 'utf8')).workspaces;
  const all = [...files, ...members.flatMap((dir) => memberFiles(dir))];
  const hashes = run('git', ['hash-object', '--', ...all])
    .trim()
    .split('\n');
  return new Map(all.map((file, index) => [file, hashes[index]]));
}

function memberFiles(dir) {
  return JSON.parse(readFileSync(join(dir, '.projen/files.json'), 'utf8')).files.map((file) => join(dir, file));
}

/** What users install must be permissive; development tools may also be MPL, or an unnumbered BSD. */
function licences() {
  const permissive =
    /^(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|Python-2\.0|Zlib)$/;
  const tools = /^(BSD|MPL-2\.0|CC-BY-[34]\.0)$/;
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return Object.entries(packages).flatMap(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.link) return [];
    const options = licenceOf(path, entry).replace(/[()]/g, '').split(/ OR /);
    const fine = options.some((option) =>
      option.split(/ AND /).every((one) => permissive.test(one) || (entry.dev && tools.test(one))),
    );
    return fine ? [] : [`${path}: ${options.join(' OR ')}`];
  });
}

/** From the lockfile, or from the package itself where its manifest has an old form. */
function licenceOf(path, entry) {
  if (entry.license) return entry.license;
  try {
    const { license, licenses } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    return license?.type ?? license ?? licenses?.map((one) => one.type ?? one).join(' OR ') ?? 'none stated';
  } catch {
    return entry.optional ? 'MIT' : 'none stated'; // another platform's binary of a package that is checked itself
  }
}

/** Every `npm run x` and `lakewright x` in the documentation is a script or a command that exists. */
function commands() {
  const scripts = new Set(Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts));
  const program = readFileSync('packages/lakewright/src/cli/program.ts', 'utf8');
  const verbs = new Set([...program.matchAll(/\.command\('(\w+)'\)/g)].map(([, verb]) => verb));
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'packages/lakewright/README.md',
    ...readdirSync('docs')
      .filter((f) => f.endsWith('.md'))
      .map((f) => join('docs', f)),
  ];
  return pages.flatMap((page) => {
    const text = readFileSync(page, 'utf8');
    return [
      ...[...text.matchAll(/npm run ([\w:-]+)/g)]
        .filter(([, name]) => !scripts.has(name))
        .map(([all]) => `${page}: ${all}`),
      ...[...text.matchAll(/(?:npx )?lakewright (plan|run|query|serve|doctor|reset|completion|[a-z]+) /g)]
        .filter(([all, verb]) => all.startsWith('npx') && !verbs.has(verb))
        .map(([all]) => `${page}: ${all}`),
    ];
  });
}

function run(command, args, env = process.env) {
  return execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
}
