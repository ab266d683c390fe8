import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WaitingPythons } from '../../../src/engines/python/waiting';
import { temporaryFolder } from '../../workspace/temporary-workspace';

const python = process.platform === 'win32' ? 'python' : 'python3';
const hasPython = spawnSync(python, ['--version']).status === 0;

/** Says where it runs, and whether what another one left behind is there. */
const SCRIPT = `import sys
early = "colorsys" in sys.modules
import ahead, colorsys, json, logging, os
print(json.dumps([early, getattr(colorsys, "left", None), ahead.EDITION, sys.argv[1:], os.getcwd(), os.environ.get("WHO"), __name__, sys.stdin.read(), len(logging.root.handlers)]))
colorsys.left = "something"
logging.basicConfig()
os.environ["WHO"] = "nobody"
sys.exit(int(sys.argv[1]))
`;

let pythons = new WaitingPythons();
afterEach(async () => {
  await pythons.close();
  pythons = new WaitingPythons();
});

/** A module that tells when, and by which process, it was imported; a program; and what both are started with. */
function place(script: string) {
  const folder = fs.realpathSync(temporaryFolder());
  const imports = path.join(folder, 'imports');
  const write = (edition: number) =>
    fs.writeFileSync(
      path.join(folder, 'ahead.py'),
      `import os\nprint("noise")\nEDITION = ${edition}\ndef begin():\n    os.write(2, b"noise")\n    with open(${JSON.stringify(imports)}, "a") as file:\n        file.write(f"{os.getpid()}\\n")\n`,
    );
  write(0);
  fs.writeFileSync(path.join(folder, 'run.py'), script);
  const env = { PATH: process.env.PATH ?? '', PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' };
  const kind = { python, folder, modules: ['ahead', 'none_such', 'colorsys', 'ahead:begin'] };
  return {
    ...{ folder, env, kind, write },
    /** Process ids. */
    imports: () => (fs.existsSync(imports) ? fs.readFileSync(imports, 'utf8').trim().split('\n').map(Number) : []),
    run: (args: string[], more: Record<string, string> = {}) =>
      pythons.run(kind, { argv: ['run.py', ...args], cwd: folder, env: { ...env, ...more } }),
  };
}

describe.skipIf(!hasPython)('a Python that waits', () => {
  test('has imported what a program needs; runs one of them, with its own arguments, folder and variables', async () => {
    const { folder, env, kind, imports, run, write } = place(SCRIPT);
    for (const [round, who] of ['first', 'second'].entries()) {
      pythons.prepare(kind, env);
      pythons.prepare(kind, env);
      await vi.waitFor(() => expect(imports()).toHaveLength(round + 1), 20_000);
      write(round); // an edit of what it has imported of its own
      const child = run(['3', who], { WHO: who });
      expect(child?.pid).toBe(imports()[round]);
      const errors = text(child?.stderr as NodeJS.ReadableStream);
      const ended = new Promise((resolve) => child?.once('close', resolve));
      const [noise, said = ''] = (await text(child?.stdout as NodeJS.ReadableStream)).trim().split('\n');
      expect([noise, await errors]).toEqual(['noise', '']); // of its own import, not of the one ahead
      expect(JSON.parse(said)).toEqual([true, null, round, ['3', who], folder, who, '__main__', '', 0]);
      expect(await ended).toBe(3);
      expect(run(['0'])).toBeUndefined();
    }
  });

  test('says each line when it is said', async () => {
    const gate =
      'import os, time\nprint("one", flush=True)\nwhile not os.path.exists("go"): time.sleep(0.01)\nprint("two")\n';
    const { folder, env, kind, run } = place(gate);
    pythons.prepare(kind, env);
    const child = run([]);
    let said = '';
    child?.stdout?.on('data', (chunk) => {
      said += String(chunk);
    });
    await vi.waitFor(() => expect(said).toBe('one\n'), 20_000);
    fs.writeFileSync(path.join(folder, 'go'), '');
    await vi.waitFor(() => expect(said).toBe('one\ntwo\n'), 20_000);
  });

  test('is not used once it was killed, nor by who needs Python started in another way', async () => {
    const { env, kind, imports, run } = place(SCRIPT);
    pythons.prepare(kind, env);
    await vi.waitFor(() => expect(imports()).toHaveLength(1), 20_000);
    expect(run(['0'], { PYTHONHASHSEED: '1' })).toBeUndefined();
    process.kill(imports()[0] as number, 'SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(imports()[0] as number, 0)).toThrow(), 20_000);
    expect(run(['0'])).toBeUndefined();
    pythons.prepare(kind, env);
    await vi.waitFor(() => expect(imports()).toHaveLength(2), 20_000);
    const child = run(['0']);
    expect(await new Promise((resolve) => child?.once('close', resolve))).toBe(0);
  });

  test('ends when nobody is left to tell it', async () => {
    const { env, kind, imports } = place(SCRIPT);
    pythons.prepare(kind, env);
    await vi.waitFor(() => expect(imports()).toHaveLength(1), 20_000);
    await pythons.close();
    expect(() => process.kill(imports()[0] as number, 0)).toThrow('ESRCH');
    pythons.prepare(kind, env);
    expect(imports()).toHaveLength(1);
  });
});
