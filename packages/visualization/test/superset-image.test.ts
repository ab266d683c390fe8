import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const FOLDER = join(__dirname, '..', 'superset');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

describe("Superset's image", () => {
  test('has the packages that the local runtime has', () => {
    const local = readFileSync(join(__dirname, '..', '..', 'lakewright', 'python', 'superset.txt'), 'utf8');
    expect(read('requirements.txt')).toBe(local);
  });

  test('is told by no variable that its README leaves out, and its README by none that nothing reads', () => {
    const asked = [
      ...['superset_config.py', 'bootstrap.py', 'oidc.py'].flatMap((name) => [
        ...read(name).matchAll(/(?:variable|required|environ\.get|environ)[([]"([A-Z_0-9]+)"/g),
      ]),
      ...read('entry.sh').matchAll(/\$\{([A-Z][A-Z_0-9]+):-/g),
    ].map(([, name]) => name);
    const rows = read('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| `') && !line.includes('`healthy`'));
    const told = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([A-Z][A-Z_0-9]+)`/g)].map(([, name]) => name),
    );
    expect([...new Set(asked)].sort()).toEqual([...new Set(told)].sort());
  });

  test('runs as nobody special, from a base with a version, with packages by their hashes', () => {
    const dockerfile = read('Dockerfile');
    expect(dockerfile).toMatch(/^USER superset$/m);
    expect(dockerfile.match(/^FROM \S+/gm)).toEqual(Array(2).fill(expect.stringMatching(/:\d+\.\d+-[a-z-]+$/)));
    expect(dockerfile).toContain('--require-hashes --no-deps');
  });

  test('refuses a role that it has not, by name', () => {
    const { status, stderr } = spawnSync('sh', [join(FOLDER, 'entry.sh'), 'worke'], {
      encoding: 'utf8',
      env: { ...process.env, SUPERSET_HOME: join(tmpdir(), 'superset') },
    });
    expect(status).toBe(2);
    expect(stderr).toContain('"worke" → init, web, worker, beat');
  });

  test('holds no secret, and no file that a run left behind', () => {
    expect(readdirSync(FOLDER).filter((name) => /\.(db|pyc|log)$|__pycache__/.test(name))).toEqual([]);
    for (const name of ['superset_config.py', 'bootstrap.py', 'entry.sh']) {
      expect(read(name)).not.toMatch(/(SECRET_KEY|PASSWORD)"?\]?\s*=\s*["'][^"']+["']/);
    }
  });
});
