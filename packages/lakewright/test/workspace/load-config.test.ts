import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_CONFIG } from '../../src/workspace/config';
import { loadConfig } from '../../src/workspace/load-config';
import { temporaryFolder } from './temporary-workspace';

function folderWith(config: unknown): string {
  const folder = temporaryFolder();
  fs.writeFileSync(
    path.join(folder, 'lakewright.config.json'),
    typeof config === 'string' ? config : JSON.stringify(config),
  );
  return folder;
}

function refusal(config: unknown): string {
  try {
    loadConfig(folderWith(config));
  } catch (error) {
    expect(error).toMatchObject({ code: 'LW_CONFIG_INVALID', exitCode: 2 });
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('lakewright.config.json', () => {
  it('may be absent', () => {
    expect(loadConfig(temporaryFolder())).toEqual(EMPTY_CONFIG);
  });

  it('names folders relative to itself', () => {
    const folder = folderWith({ $schema: './x.json', buckets: { partner: 'data' }, clock: '2024-01-01T00:00:00Z' });
    fs.mkdirSync(path.join(folder, 'data'));
    expect(loadConfig(folder)).toEqual({
      ...EMPTY_CONFIG,
      buckets: { partner: path.join(folder, 'data') },
      clock: '2024-01-01T00:00:00Z',
    });
  });

  it('is refused with the known keys for an unknown one', () => {
    expect(refusal({ bucket: {} })).toMatch(/unknown key "bucket" .*known keys are buckets, connections/);
    expect(refusal({ checks: [{ name: 'a', query: 'b', as: ['c'], who: 1 }] })).toMatch(
      /unknown key "who" in checks.0/,
    );
  });

  it('is refused with the place of a wrong value', () => {
    expect(refusal({ buckets: { a: 5 } })).toMatch(/buckets.a must be string/);
    expect(refusal({ checks: [{ name: 'a' }] })).toMatch(/checks.0 must have required property 'query'/);
  });

  it("is refused if it is no JSON, or names a folder that isn't there", () => {
    expect(refusal('{')).toMatch(/lakewright.config.json/);
    expect(refusal({ buckets: { partner: 'nowhere' } })).toMatch(/buckets.partner is "nowhere".*not a folder/);
  });
});
