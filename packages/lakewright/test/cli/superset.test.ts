import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, withFolder } from './run-cli';

const TEMPLATE = {
  'lake.json': {
    Resources: {
      Analyst: {
        Type: 'AWS::IAM::Role',
        Metadata: { 'aws:cdk:path': 'Lake/Analyst/Resource' },
        Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } },
      },
    },
  },
};

describe('superset', () => {
  test('a port in use is named, with a way out, before anything is made', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      const { code, err } = await withFolder(TEMPLATE, (folder) =>
        runCli(folder, '--app', 'lake.json', 'superset', '--port', String(port)),
      );
      expect(code).toBe(1);
      expect(err).toContain(`port ${port} of 127.0.0.1 is in use by another program`);
      expect(err).toContain('--port');
    } finally {
      taken.close();
    }
  });

  test('an unknown persona is refused with those that there are', async () => {
    const { code, err } = await withFolder(TEMPLATE, (folder) =>
      runCli(folder, '--app', 'lake.json', 'superset', '--port', '0', '--as', 'Anayst'),
    );
    expect(code).toBe(2);
    expect(err).toContain('"Anayst" → no role or user of the lake is called so → one of: Analyst');
  });

  test('a folder that is no export of Superset is refused', async () => {
    const { code, err } = await withFolder(TEMPLATE, (folder) => {
      mkdirSync(path.join(folder, 'dashboards', 'charts'), { recursive: true });
      writeFileSync(path.join(folder, 'dashboards', 'charts', 'a.yaml'), 'slice_name: A\n');
      return runCli(folder, '--app', 'lake.json', 'superset', '--port', '0', '--bundle', 'dashboards');
    });
    expect(code).toBe(2);
    expect(err).toMatch(/dashboards: it has no metadata\.yaml → .* → export one in Superset/);
  });

  test('a machine without a fitting Python is told so, and the lake goes on without', async () => {
    await withFolder(TEMPLATE, async (folder) => {
      const before = { ...process.env };
      Object.assign(process.env, { LAKEWRIGHT_PYTHON: '/no/python', LAKEWRIGHT_CACHE: path.join(folder, 'cache') });
      try {
        const { code, err } = await runCli(folder, '--app', 'lake.json', 'superset', '--port', '0');
        expect(code).toBe(1);
        expect(err).toContain('LAKEWRIGHT_PYTHON="/no/python" is no Python 3');
        expect(err).toContain('is needed → install it');
        const query = await runCli(folder, '--app', 'lake.json', 'query', 'SELECT 1 AS one');
        expect(query.code).toBe(0);
      } finally {
        process.env = before;
      }
    });
  });
});
