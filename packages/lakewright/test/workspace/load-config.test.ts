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
    const directory = temporaryFolder();
    expect(loadConfig(directory)).toEqual({ ...EMPTY_CONFIG, directory });
  });

  it('names folders relative to itself', () => {
    const folder = folderWith({ $schema: './x.json', buckets: { partner: 'data' }, clock: '2024-01-01T00:00:00Z' });
    fs.mkdirSync(path.join(folder, 'data'));
    expect(loadConfig(folder)).toEqual({
      ...EMPTY_CONFIG,
      directory: folder,
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

  it('says where sources are: folders relative to itself, URLs, and programs that it names', () => {
    const config = {
      connections: { 'orders-secret': 'env:ORDERS_URL', App: 'service:db' },
      endpoints: { 'https://api.example.com/': 'http://127.0.0.1:9', 'https://other.example.com/': 'service:db' },
      fixtures: { Salesforce: 'crm', sap: 'service:db' },
      services: { db: { command: ['node', 'db.js'], timeoutSeconds: 5 } },
    };
    const folder = folderWith(config);
    fs.mkdirSync(path.join(folder, 'crm'));
    const fixtures = { Salesforce: path.join(folder, 'crm'), sap: 'service:db' };
    expect(loadConfig(folder)).toEqual({ ...EMPTY_CONFIG, ...config, directory: folder, fixtures });
  });

  it('is refused if a program is missing, or a URL stands where a secret belongs', () => {
    const unknown = { services: { db: { command: ['x'] } }, connections: { a: 'service:other' } };
    expect(refusal(unknown)).toMatch(/connections.a is "service:other" → "services" has db/);
    expect(refusal({ connections: { a: 'postgres://user:secret@host/db' } })).toMatch(
      /connections.a must match pattern/,
    );
    expect(refusal({ services: { db: { command: [] } } })).toMatch(/services.db.command must NOT have fewer/);
    expect(refusal({ services: { db: { command: ['x'], port: 1 } } })).toMatch(/unknown key "port" in services.db/);
  });
});
