import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Lake, LakewrightError, MemoryHost, QueryFailedError } from '../src';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lakewright-lake-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(template: unknown): void {
  writeFileSync(path.join(folder, 'lake.json'), JSON.stringify(template));
}

describe('a lake in a program', () => {
  test('runs, answers and reports, and gives the workspace back', async () => {
    write({ Resources: { Raw: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'raw-bucket' } } } });
    const host = new MemoryHost();
    const lake = new Lake({ directory: folder, app: 'lake.json', host });
    expect((await lake.plan()).resources.executed).toHaveLength(1);
    expect((await lake.run()).state).toBe('SUCCEEDED');
    expect((await lake.query('SELECT 1 AS one, NULL AS nothing')).rows).toEqual([['1', null]]);
    await expect(lake.query('SELECT x')).rejects.toThrow(QueryFailedError);
    await lake.close();
    const again = new Lake({ directory: folder, app: 'lake.json' });
    expect((await again.query('SELECT 2 AS two')).rows).toEqual([['2']]);
    await again.close();
    expect(host.messages.map(({ code }) => code)).toContain('LW_RUN_ASSEMBLY');
  });

  test('holds its workspace against a second one', async () => {
    write({ Resources: {} });
    const first = new Lake({ directory: folder, app: 'lake.json' });
    await first.run();
    const second = new Lake({ directory: folder, app: 'lake.json' });
    await expect(second.run()).rejects.toThrow(LakewrightError);
    await first.close();
    expect((await second.run()).state).toBe('SUCCEEDED');
    await second.close();
  });

  test("reads templates' SSM parameters from the workspace", async () => {
    write({
      Parameters: { Name: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/lake/bucket' } },
      Resources: { Raw: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Name' } } } },
    });
    const seed = path.join(folder, 'seed.json');
    const Properties = { Name: '/lake/bucket', Type: 'String', Value: 'named-by-ssm' };
    writeFileSync(seed, JSON.stringify({ Resources: { P: { Type: 'AWS::SSM::Parameter', Properties } } }));
    const other = new Lake({ directory: folder, app: 'seed.json' });
    await other.run();
    await other.close();
    const lake = new Lake({ directory: folder, app: 'lake.json' });
    const report = await lake.run();
    expect(report.resources.unsupported).toEqual([]);
    await lake.close();
  });

  test('keeps a failed check in its report', async () => {
    write({ Resources: {} });
    writeFileSync(
      path.join(folder, 'lakewright.config.json'),
      JSON.stringify({
        checks: [{ name: 'no table', query: 'SELECT * FROM nowhere.t' }],
      }),
    );
    const lake = new Lake({ directory: folder, app: 'lake.json' });
    const report = await lake.run();
    await lake.close();
    expect(report.state).toBe('FAILED');
    expect(report.personas.map(({ check, name, outcome }) => [check, name, outcome])).toEqual([
      ['no table', 'local-admin', 'failed'],
    ]);
  });
});
