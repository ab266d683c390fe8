// Runs the repository's own commands one after another and counts what they tested.
//
//   node scripts/ci.mjs            every step that fits into an hour (what .ci/run calls)
//   node scripts/ci.mjs test lake  only these, however long they take
//
// A step is one command of CONTRIBUTING.md. A failed step doesn't stop the later ones: one run shows all that is wrong.
// A step that the hour has no room for, or whose browser isn’t there, is left out, and named.
import { execFileSync, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import process from 'node:process';
import { findChromium, NO_CHROMIUM } from './chromium.mjs';

/** `minutes`: on two quiet cores. The later a step stands, the sooner a slow machine leaves it out. */
const STEPS = [
  { name: 'test', command: 'npm test', minutes: 14 },
  { name: 'build', command: 'npm run build', minutes: 11, after: cleanTree },
  { name: 'cached build', command: 'npm run build', minutes: 0.2 },
  { name: 'check', command: 'npm run check', minutes: 0.5 },
  { name: 'lake', command: 'npm run lake', minutes: 2 },
  { name: 'lake again', command: 'npm run lake', minutes: 0.7 },
  { name: 'console', command: 'npm run test:console', minutes: 3, without: withoutChromium },
  { name: 'recorded', command: 'npm run recorded', minutes: 2 },
  { name: 'dbt', command: 'npm run dbt', minutes: 2 },
  { name: 'clients', command: 'npm run clients', minutes: 2.5 },
  { name: 'spark', command: 'npm run spark', minutes: 7 },
  { name: 'reliability', command: 'npm run reliability -- --kills 2 --seconds 20', minutes: 4 },
  { name: 'faults', command: 'npm run faults', minutes: 6 },
  { name: 'bench', command: 'npm run bench -- --json --attempts 3', minutes: 7 },
  { name: 'dms kills', command: 'npx tsx packages/lakewright/scripts/dms-kills.ts --rounds 5', minutes: 2 },
  { name: 'fuzz', command: 'npx tsx packages/lakewright/scripts/fuzz-sql/main.ts --count 50000', minutes: 3 },
  { name: 'corpus', command: 'npm run corpus', minutes: 0.5 },
  { name: 'superset', command: 'npm run test:superset', minutes: 6, without: withoutChromium },
];
const HOUR_MINUTES = 56;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`no step "${unknown[0]}"; steps are: ${STEPS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const counts = { passed: 0, failed: 0, skipped: 0 };
const rows = [];
const failures = [];
const minutesGone = () => performance.now() / 60_000;
let expected = 0;
for (const step of STEPS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const lacking = step.without?.();
  if (lacking !== undefined) {
    rows.push([step.name, '', '', `left out: ${lacking} (${step.command})`]);
    continue;
  }
  const slowness = expected === 0 ? 1 : Math.max(1, minutesGone() / expected);
  if (wanted.length === 0 && minutesGone() + step.minutes * slowness > HOUR_MINUTES) {
    rows.push([step.name, '', '', `left out: no room in the hour (${step.command})`]);
    continue;
  }
  expected += step.minutes;
  console.log(`\n=== ${step.name}: ${step.command}`);
  const started = performance.now();
  const { code, output } = await run(step.command);
  const tests = vitestCounts(output);
  const problem = code !== 0 ? `exit code ${code}` : step.after?.();
  for (const key of Object.keys(counts)) counts[key] += tests[key];
  counts[problem && tests.failed === 0 ? 'failed' : 'passed'] += problem && tests.failed > 0 ? 0 : 1;
  if (problem) failures.push([step.name, excerpt(code === 0 ? problem : output)]);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  rows.push([
    step.name,
    `${seconds} s`,
    tests.passed + tests.failed > 0 ? `${tests.passed} tests` : '',
    problem ?? 'ok',
  ]);
}

for (const [name, text] of failures) console.log(`\n--- what failed in ${name}\n${text}`);
console.log(`\nNode ${process.versions.node}, ${cpus().length} cores`);
for (const [name, seconds, tests, result] of rows) {
  console.log(`${name.padEnd(14)}${seconds.padStart(7)}  ${tests.padEnd(12)}  ${result}`);
}
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}`);
process.exit(counts.failed === 0 ? 0 : 1);

function run(command) {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CI: 'true' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Adds up vitest's closing lines: `Tests  2 failed | 40 passed | 1 skipped (43)`. */
function vitestCounts(output) {
  const sums = { passed: 0, failed: 0, skipped: 0 };
  for (const [, line] of plain(output).matchAll(/^\s*Tests\s+(.*\(\d+\))\s*$/gm)) {
    for (const [, count, kind] of line.matchAll(/(\d+) (passed|failed|skipped)/g)) sums[kind] += Number(count);
  }
  return sums;
}

/** What a log that is cut at its start must still show: each failure with what follows it, else how the output ended. */
function excerpt(output) {
  const lines = plain(output).split('\n');
  const kept = new Set();
  for (const [at, line] of lines.entries()) {
    if (!/^\s*FAIL |Unhandled (Error|Rejection)|^\s*(error|Error|ERROR)\b|^npm (error|ERR!)|Failed tasks/.test(line))
      continue;
    for (let next = at; next < Math.min(at + 15, lines.length) && kept.size < 150; next++) kept.add(next);
  }
  const shown = kept.size > 0 ? [...kept].sort((a, b) => a - b).map((at) => lines[at]) : lines.slice(-60);
  return shown.join('\n');
}

function plain(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

/** Generated files are committed and current: a full build changes nothing. */
function cleanTree() {
  const status = execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).trim();
  return status === '' ? undefined : `the build changed files:\n${status}`;
}

/** No command of the repository installs one. */
function withoutChromium() {
  return findChromium() === undefined ? NO_CHROMIUM.split(' → ')[0] : undefined;
}
