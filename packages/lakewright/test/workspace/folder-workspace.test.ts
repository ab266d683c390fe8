import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FolderCatalogStore } from '../../src/workspace/folder-catalog-store';
import { FolderWorkspace } from '../../src/workspace/folder-workspace';
import { LocalObjectStore } from '../../src/workspace/local-object-store';
import { onEnd, temporaryFolder, temporaryWorkspace } from './temporary-workspace';

const TSX = path.join(import.meta.dirname, '../../../../node_modules/tsx/dist/loader.mjs');

/** Another process that opens the workspace and stays until it is killed. */
async function otherProcess(root: string) {
  const script = path.join(temporaryFolder(), 'holder.mts');
  const source = path.join(import.meta.dirname, '../../src/workspace/folder-workspace.ts');
  fs.writeFileSync(
    script,
    `import { FolderWorkspace } from ${JSON.stringify(source)};
     await FolderWorkspace.open(${JSON.stringify(root)}, { command: 'lakewright serve' });
     process.stdout.write(String(process.pid)); // console.log would colour a number
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, ['--import', TSX, script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onEnd(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const pid = Number(String(line).trim());
  return { pid, kill: () => void process.kill(pid, 'SIGKILL'), ended: once(child, 'exit') };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a workspace', () => {
  it('is a folder of plain folders, with its version', async () => {
    const workspace = await temporaryWorkspace();
    const folders = ['buckets', 'catalog', 'metadata', 'runs', 'state', 'tmp', 'uploads'];
    expect(fs.readdirSync(workspace.root).filter((name) => !/^\.|json$/.test(name))).toEqual(folders);
    expect(JSON.parse(fs.readFileSync(path.join(workspace.root, 'workspace.json'), 'utf8'))).toEqual({ version: 1 });
  });

  it('keeps state across openings, and secrets from other users', async () => {
    const workspace = await temporaryWorkspace();
    expect(workspace.readState('secrets')).toBeUndefined();
    workspace.writeState('secrets', { a: 1 }, { secret: true });
    await workspace.close();
    const again = await FolderWorkspace.open(workspace.root);
    onEnd(() => again.close());
    expect(again.readState('secrets')).toEqual({ a: 1 });
    expect(fs.statSync(path.join(again.root, 'state/secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('is cleaned of what a killed process left', async () => {
    const workspace = await temporaryWorkspace();
    fs.writeFileSync(path.join(workspace.tmp, 'half'), 'x');
    await workspace.close();
    const again = await FolderWorkspace.open(workspace.root);
    onEnd(() => again.close());
    expect(fs.readdirSync(again.tmp)).toEqual([]);
  });

  it.each(['../x', '/etc/x', '.hidden', 'a//b', ''])('has no state called "%s"', async (name) => {
    const workspace = await temporaryWorkspace();
    expect(() => workspace.writeState(name, 1)).toThrow(/not a name/);
  });

  it('of a newer version is refused and left alone', async () => {
    const root = temporaryFolder();
    fs.writeFileSync(path.join(root, 'workspace.json'), '{"version":99}');
    await expect(FolderWorkspace.open(root)).rejects.toMatchObject({ code: 'LW_WORKSPACE_NEWER' });
    expect(fs.readdirSync(root)).toEqual(['workspace.json']);
  });

  it("whose version can't be read is refused", async () => {
    const root = temporaryFolder();
    fs.writeFileSync(path.join(root, 'workspace.json'), 'garbage');
    await expect(FolderWorkspace.open(root)).rejects.toMatchObject({ code: 'LW_WORKSPACE_DAMAGED' });
  });

  it("that can't be written is refused with words", async () => {
    const file = path.join(temporaryFolder(), 'file');
    fs.writeFileSync(file, '');
    await expect(FolderWorkspace.open(file)).rejects.toMatchObject({ code: 'LW_WORKSPACE_NOT_WRITABLE' });
    vi.spyOn(fs, 'mkdirSync').mockImplementation(() => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    });
    await expect(FolderWorkspace.open(path.join(file, 'x'))).rejects.toMatchObject({
      code: 'LW_WORKSPACE_NOT_WRITABLE',
    });
  });

  it('on a full disk keeps the state that it had', async () => {
    const workspace = await temporaryWorkspace();
    workspace.writeState('s', { v: 1 });
    vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    });
    expect(() => workspace.writeState('s', { v: 2 })).toThrow(expect.objectContaining({ code: 'InsufficientStorage' }));
    expect(workspace.readState('s')).toEqual({ v: 1 });
    expect(fs.readdirSync(workspace.tmp)).toEqual([]);
  });
});

describe('the lock', () => {
  it('lets one process write, and tells the other who it is', async () => {
    const root = path.join(temporaryFolder(), '.lakewright');
    const other = await otherProcess(root);
    await expect(FolderWorkspace.open(root)).rejects.toMatchObject({
      code: 'LW_WORKSPACE_LOCKED',
      message: expect.stringMatching(new RegExp(`"lakewright serve" \\(process ${other.pid} .*since \\d{4}-`)),
    });
  });

  it('of a killed process is taken over at once', async () => {
    const root = path.join(temporaryFolder(), '.lakewright');
    const other = await otherProcess(root);
    other.kill();
    await other.ended;
    const workspace = await FolderWorkspace.open(root);
    expect(workspace.writable).toBe(true);
    await workspace.close();
  });

  it('has one winner when several take over at once', async () => {
    const root = path.join(temporaryFolder(), '.lakewright');
    const other = await otherProcess(root);
    other.kill();
    await other.ended;
    const attempts = await Promise.allSettled(Array.from({ length: 4 }, () => FolderWorkspace.open(root)));
    const winners = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(winners).toHaveLength(1);
    await winners[0].close();
  });

  it('is free after closing', async () => {
    const workspace = await temporaryWorkspace();
    await expect(FolderWorkspace.open(workspace.root)).rejects.toMatchObject({ code: 'LW_WORKSPACE_LOCKED' });
    await workspace.close();
    await workspace.close();
    const again = await FolderWorkspace.open(workspace.root);
    await again.close();
  });

  it('that somebody takes away ends all writing', async () => {
    const workspace = await temporaryWorkspace();
    const objects = new LocalObjectStore(workspace);
    const catalog = new FolderCatalogStore(workspace, { now: () => new Date() });
    objects.createBucket('raw');
    fs.rmSync(path.join(workspace.root, '.writer.lock'), { recursive: true });
    await vi.waitUntil(() => !workspace.writable, { timeout: 10_000 });
    const refused = expect.objectContaining({
      code: 'LW_WORKSPACE_LOCKED',
      message: expect.stringContaining('taken away'),
    });
    expect(() => workspace.writeState('s', 1)).toThrow(refused);
    expect(() => catalog.putDatabase({ Name: 'd' })).toThrow(refused);
    await expect(objects.write('raw', 'a', 'x')).rejects.toEqual(refused);
    expect([fs.readdirSync(workspace.catalog), await objects.list('raw')]).toEqual([[], []]);
  });

  it("is not needed for reading, which then can't write", async () => {
    const workspace = await temporaryWorkspace();
    workspace.writeState('s', 1);
    const reader = await FolderWorkspace.open(workspace.root, { lock: false });
    expect(reader.readState('s')).toBe(1);
    expect(() => reader.writeState('s', 2)).toThrow(/opened for reading/);
  });
});
