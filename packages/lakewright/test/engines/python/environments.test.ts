import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderSetup } from '../../../src/actions/setup/render';
import { setup } from '../../../src/actions/setup/setup';
import { cacheFolder } from '../../../src/engines/python/cache-folder';
import { ENVIRONMENTS, requirementsFile } from '../../../src/engines/python/catalog';
import { ensureEnvironment, environmentFolder, findEnvironment } from '../../../src/engines/python/environment';
import { installError, program } from '../../../src/engines/python/install';
import { MemoryHost } from '../../../src/host/host';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(path.join(os.tmpdir(), 'lakewright-cache-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

describe('the requirements', () => {
  test.each(ENVIRONMENTS.map(({ name }) => name))('of %s are pinned with hashes, and name no package index', (name) => {
    const text = readFileSync(requirementsFile(name), 'utf8').replace(/\\\n\s*/g, ' ');
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/^[\w.-]+==[\w.!+-]+ .*--hash=sha256:[0-9a-f]{64}/);
    expect(text).not.toMatch(/https?:|--(extra-)?index-url|--find-links/);
  });
});

describe('the cache folder', () => {
  test('is the one of LAKEWRIGHT_CACHE, else the platform’s own', () => {
    const home = os.homedir();
    expect(cacheFolder({ LAKEWRIGHT_CACHE: '/c' }, 'linux')).toBe(path.resolve('/c'));
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/lakewright');
    expect(cacheFolder({}, 'linux')).toBe(path.join(home, '.cache', 'lakewright'));
    expect(cacheFolder({}, 'darwin')).toBe(path.join(home, 'Library', 'Caches', 'lakewright'));
    expect(cacheFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe('/l/lakewright');
  });
});

describe('an environment', () => {
  test('has a folder of its own for each Python version', () => {
    expect(environmentFolder('pyiceberg', 11, { cache })).not.toBe(environmentFolder('pyiceberg', 12, { cache }));
    expect(environmentFolder('pyiceberg', 11, { cache })).toBe(environmentFolder('pyiceberg', 11, { cache }));
  });

  test('is not there when it was interrupted', async () => {
    const env = { ...process.env, LAKEWRIGHT_PYTHON: path.join(cache, 'nothing') };
    await expect(ensureEnvironment('pyiceberg', { cache, env })).rejects.toMatchObject({
      code: 'LW_PYTHON_MISSING',
      message: expect.stringMatching(/Python 3\.10 to 3\.14 .* → install it/),
    });
    expect(findEnvironment('pyiceberg', { cache })).toBeUndefined();
    expect(existsSync(path.join(cache, 'python'))).toBe(false);
    expect(readdirSync(cache)).toEqual([]);
  });

  test('of a name that nobody knows is refused with the names that there are', async () => {
    await expect(setup(['pyiceberg', 'snake'], new MemoryHost())).rejects.toMatchObject({
      code: 'LW_ENVIRONMENT_UNKNOWN',
      exitCode: 2,
      message: expect.stringContaining(ENVIRONMENTS.map((kind) => kind.name).join(', ')),
    });
  });

  test('is listed without being made', async () => {
    const listed = await setup([], new MemoryHost());
    expect(listed.map(({ name }) => name)).toEqual(ENVIRONMENTS.map(({ name }) => name));
    expect(renderSetup(listed).split('\n')).toHaveLength(listed.length);
  });
});

describe('a failed installation says what to do', () => {
  test.each([
    ['OSError: [Errno 28] No space left on device', 'LW_ENVIRONMENT_DISK', /LAKEWRIGHT_CACHE/],
    [
      'THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE',
      'LW_ENVIRONMENT_HASH',
      /nothing was installed/,
    ],
    ['NewConnectionError: Temporary failure in name resolution', 'LW_ENVIRONMENT_OFFLINE', /lakewright setup x/],
    ['ERROR: No matching distribution found for duckdb==1.5.5', 'LW_ENVIRONMENT_OFFLINE', /package index/],
    ['urllib3: Tunnel connection failed: 407 Proxy Authentication', 'LW_ENVIRONMENT_OFFLINE', /a network/],
    ['error sending request for url (https://pypi.org/simple/)', 'LW_ENVIRONMENT_OFFLINE', /a network/],
    [
      'Server access error at url https://repo1.maven.org (java.net.UnknownHostException)',
      'LW_ENVIRONMENT_OFFLINE',
      /a network/,
    ],
    ['something else', 'LW_ENVIRONMENT_FAILED', /something else/],
  ])('%s', (said, code, message) => {
    const error = installError({ name: 'x', pinned: true }, 'pip ended with 1', said);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test("a job's own module that no index has is the job's failure, one that can't be reached is not", () => {
    const modules = { name: '--additional-python-modules', pinned: false };
    const none = 'ERROR: No matching distribution found for nowhere==1';
    expect(installError(modules, 'pip ended with 1', none).code).toBe('LW_ENVIRONMENT_FAILED');
    const offline = installError(modules, 'pip ended with 1', `NewConnectionError\n${none}`);
    expect(offline).toMatchObject({ code: 'LW_ENVIRONMENT_OFFLINE', need: { tool: 'network' } });
    expect(offline.message).not.toContain('lakewright setup');
  });

  test.skipIf(process.platform === 'win32')(
    'is told with the last line, also when it comes after the end',
    async () => {
      const installer = ['-c', '(sleep 0.3; echo "error sending request: dns error" >&2) & exit 1'];
      const install = program('sh', installer, { name: 'x', pinned: true, env: process.env, onProgress: () => {} });
      await expect(install).rejects.toMatchObject({ code: 'LW_ENVIRONMENT_OFFLINE' });
    },
  );
});
