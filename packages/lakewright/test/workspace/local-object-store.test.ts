import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LocalObjectStore } from '../../src/workspace/local-object-store';
import type { ObjectChange } from '../../src/workspace/object-store';
import { temporaryFolder, temporaryWorkspace } from './temporary-workspace';

async function open(options?: { caseInsensitive?: boolean }) {
  const workspace = await temporaryWorkspace();
  const store = new LocalObjectStore(workspace, options);
  store.createBucket('raw');
  return { workspace, store };
}

async function keys(store: LocalObjectStore, prefix?: string): Promise<string[]> {
  return (await store.list('raw', { prefix })).map(({ key }) => key);
}

function files(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((e) => (e.isFile() ? [e.name] : []));
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('objects', () => {
  it('are plain files at their key', async () => {
    const { workspace, store } = await open();
    const info = await store.write('raw', 'trips/dt=2024-01-01/a b.csv', 'x,y\n');
    expect(info).toMatchObject({ size: 4, etag: '"043212bb9834e334677e9c9659294bd4"' });
    expect(fs.readFileSync(path.join(workspace.buckets, 'raw/trips/dt=2024-01-01/a b.csv'), 'utf8')).toBe('x,y\n');
    expect(store.path('raw', 'trips/dt=2024-01-01/a b.csv')).toBe(
      path.join(workspace.buckets, 'raw/trips/dt=2024-01-01/a b.csv'),
    );
  });

  it('keep what they were written with', async () => {
    const { workspace, store } = await open();
    await store.write('raw', 'a', 'x', {
      contentType: 'text/csv',
      metadata: { owner: 'me' },
      tags: { zone: 'raw' },
      headers: { 'cache-control': 'no-store' },
    });
    const again = new LocalObjectStore(workspace);
    expect(await again.head('raw', 'a')).toMatchObject({
      contentType: 'text/csv',
      metadata: { owner: 'me' },
      tags: { zone: 'raw' },
      headers: { 'cache-control': 'no-store' },
    });
  });

  it('that other programs put in the folder are objects too, and inherit nothing', async () => {
    const { workspace, store } = await open();
    await store.write('raw', 'a', 'x', { tags: { zone: 'raw' } });
    fs.writeFileSync(path.join(workspace.buckets, 'raw/a'), 'other');
    fs.mkdirSync(path.join(workspace.buckets, 'raw/spark'));
    fs.writeFileSync(path.join(workspace.buckets, 'raw/spark/part-0'), 'p');
    expect(await keys(store)).toEqual(['a', 'spark/part-0']);
    expect(await store.head('raw', 'a')).toMatchObject({ size: 5, tags: undefined });
    expect((await store.head('raw', 'spark/part-0'))?.etag).toMatch(/^"[0-9a-f]{32}-1"$/);
  });

  it('can be read in ranges', async () => {
    const { store } = await open();
    await store.write('raw', 'a', '0123456789');
    expect(await text(await store.read('raw', 'a', { start: 2, end: 4 }))).toBe('234');
  });

  it('stay what they were for a reader who opened them', async () => {
    const { store } = await open();
    await store.write('raw', 'a', 'old');
    const opened = await store.open('raw', 'a');
    await store.write('raw', 'a', 'newer');
    expect(await text(opened.stream())).toBe('old');
    expect(opened.info.size).toBe(3);
  });

  it('are copied with all that belongs to them', async () => {
    const { store } = await open();
    await store.write('raw', 'a', 'x', { contentType: 'text/csv', tags: { t: '1' } });
    await store.copy({ bucket: 'raw', key: 'a' }, { bucket: 'raw', key: 'b/c' }, { metadata: { m: '2' } });
    expect(await store.head('raw', 'b/c')).toMatchObject({
      contentType: 'text/csv',
      tags: { t: '1' },
      metadata: { m: '2' },
    });
  });

  it('vanish with the folders that nothing else needs', async () => {
    const { workspace, store } = await open();
    await store.write('raw', 'a/b/c', 'x');
    await store.write('raw', 'a/d', 'x');
    await store.delete('raw', 'a/b/c');
    await store.delete('raw', 'not/there');
    expect(fs.readdirSync(path.join(workspace.buckets, 'raw/a'))).toEqual(['d']);
    await store.delete('raw', 'a/d');
    expect(fs.readdirSync(path.join(workspace.buckets, 'raw'))).toEqual([]);
    expect(files(workspace.metadata)).toEqual([]);
  });

  it('become visible by publishing a staged file', async () => {
    const { store } = await open();
    const stage = await store.stage('raw');
    fs.writeFileSync(path.join(stage, 'out.parquet'), 'PAR1');
    expect(await keys(store)).toEqual([]);
    await store.publish(path.join(stage, 'out.parquet'), 'raw', 'sets/out.parquet', { contentType: 'x/y' });
    expect(await store.head('raw', 'sets/out.parquet')).toMatchObject({ size: 4, contentType: 'x/y' });
  });

  it('are announced when they are durable', async () => {
    const { store } = await open();
    const changes: ObjectChange[] = [];
    store.onChange((change) => changes.push(change));
    await store.write('raw', 'a', 'x');
    await store.copy({ bucket: 'raw', key: 'a' }, { bucket: 'raw', key: 'b' });
    await store.delete('raw', 'a');
    await store.delete('raw', 'a');
    expect(changes.map(({ kind, key, reason }) => [kind, key, reason])).toEqual([
      ['created', 'a', 'PutObject'],
      ['created', 'b', 'CopyObject'],
      ['deleted', 'a', 'DeleteObject'],
    ]);
  });
});

describe('conditional writes', () => {
  it('let one of many writers win', async () => {
    const { store } = await open();
    const writes = Array.from({ length: 16 }, (_, n) => store.write('raw', 'a', `w${n}`, { ifNoneMatch: '*' }));
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'PreconditionFailed', status: 412 });
    }
  });

  it('replace only the version that they name', async () => {
    const { store } = await open();
    const { etag } = await store.write('raw', 'a', 'one');
    await store.write('raw', 'a', 'two', { ifMatch: etag });
    await expect(store.write('raw', 'a', 'three', { ifMatch: etag })).rejects.toMatchObject({
      code: 'PreconditionFailed',
    });
    await expect(store.write('raw', 'b', 'x', { ifMatch: etag })).rejects.toMatchObject({ code: 'NoSuchKey' });
    expect(await text(await store.read('raw', 'a'))).toBe('two');
  });
});

describe('listings', () => {
  it('are in the order of UTF-8 bytes, across folders', async () => {
    const { store } = await open();
    const wanted = ['a-b', 'a.b', 'a/b', 'a/b-c', 'a/b0', 'a0', 'b', '\u{e000}', '\u{ffff}x', '\u{1f600}'];
    for (const key of [...wanted].reverse()) await store.write('raw', key, 'x');
    expect(await keys(store)).toEqual(wanted);
    expect(wanted).toEqual([...wanted].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('go on where the last page ended, with prefix and delimiter', async () => {
    const { store } = await open();
    for (const key of ['p/a/1', 'p/a/2', 'p/b', 'p/c/1', 'p/c/2', 'q/1']) await store.write('raw', key, 'x');
    const pages: string[][] = [];
    let startAfter: string | undefined;
    do {
      const page = await store.page('raw', { prefix: 'p/', delimiter: '/', limit: 1, startAfter });
      pages.push([...page.objects.map(({ key }) => key), ...page.prefixes]);
      startAfter = page.next;
    } while (startAfter !== undefined);
    expect(pages).toEqual([['p/a/'], ['p/b'], ['p/c/']]);
  });

  it('have a common prefix for what is left below it', async () => {
    const { store } = await open();
    for (const key of ['p/1', 'p/2', 'q']) await store.write('raw', key, '');
    const prefixes = async (startAfter: string) => (await store.page('raw', { delimiter: '/', startAfter })).prefixes;
    expect([await prefixes('p/1'), await prefixes('p/2'), await prefixes('p/')]).toEqual([['p/'], [], []]);
  });

  it('know delimiters other than the slash', async () => {
    const { store } = await open();
    for (const key of ['x-1/a', 'x-2', 'y']) await store.write('raw', key, '');
    const page = await store.page('raw', { delimiter: '-' });
    expect([page.objects.map(({ key }) => key), page.prefixes]).toEqual([['y'], ['x-']]);
  });

  it('leave out folders without objects and symbolic links', async () => {
    const { workspace, store } = await open();
    fs.mkdirSync(path.join(workspace.buckets, 'raw/empty/deep'), { recursive: true });
    fs.symlinkSync('/etc', path.join(workspace.buckets, 'raw/etc'));
    await store.write('raw', 'a', 'x');
    expect(await keys(store)).toEqual(['a']);
    expect((await store.page('raw', { delimiter: '/' })).prefixes).toEqual([]);
  });
});

describe('keys', () => {
  const odd = [
    'a//b',
    '/lead',
    '//',
    'ü/日本/🚀.txt',
    'c%+',
    '%0',
    'd%+/e',
    '%0/x',
    'sp ace+plus%20',
    'back\\slash',
    'f:g',
  ];

  it.each([...odd, `${'l'.repeat(600)}/x`, `${'é'.repeat(300)}`])('"%s" is kept, listed and read back', async (key) => {
    const { store } = await open();
    await store.write('raw', key, key.endsWith('/') ? '' : 'body');
    expect(await keys(store)).toEqual([key]);
    expect(await keys(store, key.slice(0, -1))).toEqual([key]);
    expect((await store.head('raw', key))?.key).toBe(key);
    await store.delete('raw', key);
    expect(await keys(store)).toEqual([]);
  });

  it('with long segments are listed in order', async () => {
    const { store } = await open();
    const wanted = ['s'.repeat(250), `${'s'.repeat(260)}a`, `${'s'.repeat(260)}b/c`, `${'s'.repeat(249)}t`];
    for (const key of wanted) await store.write('raw', key, 'x');
    expect(await keys(store)).toEqual(wanted);
  });

  it('with a trailing slash are folder markers', async () => {
    const { store } = await open();
    await store.write('raw', 'a/b/', '', { metadata: { m: '1' } });
    await store.write('raw', 'a/b/c', 'x');
    expect(await keys(store)).toEqual(['a/b/', 'a/b/c']);
    expect(await keys(store, 'a/b/')).toEqual(['a/b/', 'a/b/c']);
    expect(await store.head('raw', 'a/b/')).toMatchObject({ size: 0, metadata: { m: '1' } });
    expect(await store.head('raw', 'a/')).toBeUndefined();
    await store.delete('raw', 'a/b/c');
    expect(await keys(store)).toEqual(['a/b/']);
  });

  it.each(['../x', 'a/../../x', 'a/./b', '..', '.', 'a\0b', '\ud800'])(
    '%j is refused and touches nothing',
    async (key) => {
      const { workspace, store } = await open();
      for (const act of [
        () => store.write('raw', key, 'x'),
        () => store.read('raw', key),
        () => store.head('raw', key),
        () => store.delete('raw', key),
      ]) {
        await expect(act()).rejects.toMatchObject({ code: 'InvalidArgument', status: 400 });
      }
      expect(() => store.path('raw', key)).toThrow(/key/);
      expect(files(workspace.tmp)).toEqual([]);
    },
  );

  it('over 1024 bytes are refused', async () => {
    const { store } = await open();
    await expect(store.write('raw', 'é'.repeat(513), 'x')).rejects.toMatchObject({ code: 'KeyTooLongError' });
  });

  it('that need a file and a folder of one name are refused by name, and the first one stays', async () => {
    const { store } = await open();
    await store.write('raw', 'a', 'x');
    await store.write('raw', 'd/e', 'x');
    const refused = { code: 'NotImplemented', message: expect.stringContaining('a file or a folder') };
    await expect(store.write('raw', 'a/b', 'y')).rejects.toMatchObject(refused);
    await expect(store.write('raw', 'd', 'y')).rejects.toMatchObject(refused);
    await expect(store.write('raw', 'a/', '')).rejects.toMatchObject(refused);
    await expect(store.write('raw', 'm/', 'content')).rejects.toMatchObject({ code: 'NotImplemented' });
    expect(await keys(store)).toEqual(['a', 'd/e']);
    expect(await text(await store.read('raw', 'a'))).toBe('x');
  });

  it('may take the place of a folder without objects', async () => {
    const { workspace, store } = await open();
    fs.mkdirSync(path.join(workspace.buckets, 'raw/a/b'), { recursive: true });
    await store.write('raw', 'a', 'x');
    expect(await keys(store)).toEqual(['a']);
  });

  it('that a case-insensitive disk would mix up are refused', async () => {
    const { store } = await open({ caseInsensitive: true });
    await store.write('raw', 'Trips/a', 'x');
    await expect(store.write('raw', 'trips/b', 'x')).rejects.toThrow(/doesn't tell "trips" from "Trips"/);
    await expect(store.write('raw', 'Trips/A', 'x')).rejects.toThrow(/doesn't tell/);
    expect(await store.head('raw', 'Trips/a')).toBeDefined();
    await expect(store.head('raw', 'Trips/A')).rejects.toMatchObject({ code: 'NoSuchKey' });
  });

  it('never lead out of the bucket by a symbolic link', async () => {
    const { workspace, store } = await open();
    const outside = temporaryFolder();
    fs.writeFileSync(path.join(outside, 'secret'), 's');
    fs.symlinkSync(outside, path.join(workspace.buckets, 'raw/link'));
    fs.symlinkSync(path.join(outside, 'secret'), path.join(workspace.buckets, 'raw/file'));
    await expect(store.write('raw', 'link/x', 'x')).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(store.delete('raw', 'link/secret')).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(store.read('raw', 'link/secret')).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(store.read('raw', 'file')).rejects.toMatchObject({ code: 'NoSuchKey' });
    expect(fs.readdirSync(outside)).toEqual(['secret']);
  });
});

describe('buckets', () => {
  it('are deleted only when they are empty', async () => {
    const { store } = await open();
    await store.write('raw', 'a/b', 'x');
    await expect(store.deleteBucket('raw')).rejects.toMatchObject({ code: 'BucketNotEmpty', status: 409 });
    await store.delete('raw', 'a/b');
    await store.deleteBucket('raw');
    expect(store.buckets()).toEqual([]);
    await expect(store.list('raw')).rejects.toMatchObject({ code: 'NoSuchBucket', status: 404 });
  });

  it.each(['..', 'A', 'ab', 'a..b', '-ab', '127.0.0.1', 'a/b', '.lakewright'])(
    'can\'t be called "%s"',
    async (name) => {
      const { store } = await open();
      expect(() => store.createBucket(name)).toThrow(expect.objectContaining({ code: 'InvalidBucketName' }));
    },
  );

  it('that are mounted can be read, and never written', async () => {
    const { store } = await open();
    const folder = temporaryFolder();
    fs.writeFileSync(path.join(folder, 'data.csv'), 'a\n1\n');
    store.mount('partner', folder);
    expect((await store.list('partner')).map(({ key }) => key)).toEqual(['data.csv']);
    expect(await text(await store.read('partner', 'data.csv'))).toBe('a\n1\n');
    for (const act of [
      () => store.write('partner', 'x', 'x'),
      () => store.delete('partner', 'data.csv'),
      () => store.copy({ bucket: 'partner', key: 'data.csv' }, { bucket: 'partner', key: 'b' }),
      () => store.deleteBucket('partner'),
      () => store.stage('partner'),
    ]) {
      await expect(act()).rejects.toMatchObject({
        code: 'AccessDenied',
        message: expect.stringContaining('read-only'),
      });
    }
    expect(() => store.createBucket('partner')).toThrow(expect.objectContaining({ code: 'BucketAlreadyExists' }));
    expect(fs.readdirSync(folder)).toEqual(['data.csv']);
  });
});

describe('a write that fails', () => {
  it('leaves nothing when its sender vanishes', async () => {
    const { workspace, store } = await open();
    await store.write('raw', 'a', 'old');
    const body = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('aborted');
      })(),
    );
    await expect(store.write('raw', 'a', body)).rejects.toThrow('aborted');
    expect(await text(await store.read('raw', 'a'))).toBe('old');
    expect(files(workspace.tmp)).toEqual([]);
  });

  it.each([
    ['rename', 'a'],
    ['writeFile', 'a'],
    ['mkdir', 'folder/new'],
  ] as const)('for a full disk (%s) says so, and changes nothing', async (call, key) => {
    const { workspace, store } = await open();
    await store.write('raw', 'a', 'old', { tags: { t: '1' } });
    vi.spyOn(fs.promises, call).mockRejectedValue(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await expect(store.write('raw', key, 'new')).rejects.toMatchObject({ code: 'InsufficientStorage', status: 507 });
    vi.restoreAllMocks();
    expect(await text(await store.read('raw', 'a'))).toBe('old');
    expect(await store.list('raw')).toMatchObject([{ key: 'a', tags: { t: '1' } }]);
    expect(files(workspace.tmp)).toEqual([]);
  });

  it('in its last step leaves the former object with all that belongs to it', async () => {
    const { store } = await open();
    const former = await store.write('raw', 'a', 'old', { tags: { t: '1' } });
    const { rename } = fs.promises;
    vi.spyOn(fs.promises, 'rename').mockImplementation(async (from, to) => {
      if (String(to).endsWith(path.join('raw', 'a'))) throw Object.assign(new Error('io'), { code: 'EIO' });
      await rename(from, to);
    });
    await expect(store.write('raw', 'a', 'new', { tags: { t: '2' } })).rejects.toThrow('io');
    expect(await store.head('raw', 'a')).toEqual(former);
  });

  it('for missing permission says so', async () => {
    const { store } = await open();
    vi.spyOn(fs.promises, 'rename').mockRejectedValue(Object.assign(new Error('no'), { code: 'EACCES' }));
    await expect(store.write('raw', 'a', 'new')).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it('for a checksum that is known only at the end shows nothing', async () => {
    const { store } = await open();
    const seal = () => {
      throw new Error('BadDigest');
    };
    await expect(store.write('raw', 'a', 'x', { seal })).rejects.toThrow('BadDigest');
    expect(await keys(store)).toEqual([]);
  });
});
