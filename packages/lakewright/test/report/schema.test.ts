import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/report/report';

const SCHEMA = JSON.parse(readFileSync(path.join(__dirname, '../../schemas/report.schema.json'), 'utf8'));
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(SCHEMA);

const REPORT: RunReport = {
  schemaVersion: '1.0',
  id: '20240501T060000000Z',
  state: 'SUCCEEDED',
  error: null,
  startedAt: '2024-05-01T06:00:00.000Z',
  finishedAt: '2024-05-01T06:00:04.000Z',
  seconds: 4,
  source: 'cdk.out',
  resources: {
    executed: [{ path: 'Lake/Raw', type: 'AWS::S3::Bucket' }],
    simulated: [],
    recorded: [],
    unsupported: [],
  },
  tasks: [
    {
      name: 'Copy',
      type: 'Map',
      state: 'SUCCEEDED',
      seconds: 1,
      rowsIn: null,
      rowsOut: null,
      filesIn: 2,
      items: [
        {
          name: 'Copy one',
          type: 'Task',
          state: 'FAILED',
          seconds: 1,
          rowsIn: 1,
          rowsOut: 0,
          filesIn: 1,
          error: 'lost',
        },
      ],
    },
    {
      name: 'Convert',
      type: 'glue:startJobRun.sync',
      state: 'SKIPPED',
      ...{ seconds: 0.1, rowsIn: null, rowsOut: null, filesIn: null },
      reason: 'no Python 3',
      missing: { tool: 'python', python: [10, 11] },
    },
  ],
  tables: [
    {
      database: 'raw',
      name: 'flights',
      rows: 3_000_000,
      bytes: null,
      producedBy: { type: 'crawler', task: 'flights' },
    },
  ],
  personas: [
    {
      check: 'any?',
      name: 'local-admin',
      query: 'SELECT 1',
      outcome: 'succeeded',
      columns: ['_col0'],
      rows: 1,
      sample: [['1']],
    },
    { check: 'all?', name: 'local-admin', query: 'SELECT 2', outcome: 'skipped', columns: null, rows: null },
  ],
  leftOut: [{ tool: 'python', missing: 'Python 3.10 or 3.11', tasks: ['Nightly: Convert'], get: ['install it'] }],
};

describe('the report schema', () => {
  test('accepts a report', () => {
    validate(REPORT);
    expect(validate.errors).toBeNull();
  });

  test.each([
    ['a state that is none', { ...REPORT, state: 'OK' }],
    ['a missing part', { ...REPORT, tables: undefined }],
    ['an unknown class of resources', { ...REPORT, resources: { ...REPORT.resources, ignored: [] } }],
    ['rows below zero', { ...REPORT, tables: [{ ...REPORT.tables[0], rows: -1 }] }],
    ['another schema version', { ...REPORT, schemaVersion: '2.0' }],
  ])('refuses %s', (_, report) => {
    expect(validate(JSON.parse(JSON.stringify(report)))).toBe(false);
  });
});
