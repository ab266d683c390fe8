import { expect, it } from 'vitest';
import { renderRun } from '../../src/actions/run/render';
import type { PersonaReport, RunReport } from '../../src/report/report';

const resources = { executed: [], simulated: [], recorded: [], unsupported: [] };
const refusal =
  'User: arn:aws:sts::000000000000:assumed-role/Guest/lakewright is not authorized to perform: glue:GetTable';
const about = { check: 'Who sees what?', query: 'SELECT * FROM t' };
const answer = (name: string, columns: string[], ...sample: string[][]): PersonaReport => ({
  ...{ ...about, name, columns, sample },
  outcome: 'succeeded',
  rows: sample.length,
});
const refused: PersonaReport = {
  ...about,
  name: 'Guest',
  outcome: 'refused',
  reason: refusal,
  columns: null,
  rows: null,
};
const render = (...personas: PersonaReport[]): string[] =>
  renderRun(
    { personas, leftOut: [], tables: [], resources, state: 'SUCCEEDED', seconds: 1 } as unknown as RunReport,
    'w',
  ).split('\n');

it('narrow answers stand side by side, a refusal is wrapped', () => {
  const lines = render(
    answer('Privacy', ['id', 'email'], ['1', 'a@x'], ['2', 'b@x']),
    answer('Analyst', ['id'], ['1']),
    refused,
  );
  expect(lines.filter((line) => line === 'Who sees what?')).toHaveLength(1);
  const head = lines.findIndex((line) => /│ Privacy +│ Analyst +│ Guest/.test(line));
  expect(head).toBeGreaterThan(0);
  expect(lines.slice(head).join('').replace(/[│\s]/g, '')).toContain('refused:User:');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(160);
});

it('wide answers are turned: a line for each column, and what a persona does not see is marked', () => {
  const names = Array.from({ length: 12 }, (_, at) => `a_long_column_${at}`);
  const row = names.map((name) => `value of ${name}`);
  const lines = render(answer('Privacy', names, row), answer('Analyst', names.slice(0, 2), row.slice(0, 2)), refused);
  expect(lines.some((line) => /│ +│ Privacy +│ Analyst +│ Guest/.test(line))).toBe(true);
  expect(lines.find((line) => line.includes('│ a_long_column_1 '))).toMatch(
    /value of a_long_column_1 +│ value of a_long_column_1/,
  );
  expect(lines.find((line) => line.includes('│ a_long_column_7 '))).toMatch(/value of a_long_column_7 +│ –/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(160);
});
