import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FolderCatalogStore } from '../../src/workspace/folder-catalog-store';
import { temporaryWorkspace } from './temporary-workspace';

const NOW = new Date('2024-05-01T00:00:00Z');

async function open() {
  const workspace = await temporaryWorkspace();
  const catalog = new FolderCatalogStore(workspace, { now: () => NOW }, '111122223333');
  catalog.putDatabase({ Name: 'Raw' });
  return { workspace, catalog };
}

const notFound = expect.objectContaining({ code: 'EntityNotFoundException' });

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the catalog', () => {
  it("keeps tables as files in the API's shape, names in lower case", async () => {
    const { workspace, catalog } = await open();
    catalog.putTable({
      DatabaseName: 'RAW',
      Name: 'Trips',
      StorageDescriptor: { Columns: [{ Name: 'a', Type: 'int' }] },
    });
    const file = path.join(workspace.catalog, 'raw', 'trips.json');
    const kept = JSON.parse(fs.readFileSync(file, 'utf8'));
    expect(kept).toMatchObject({
      DatabaseName: 'raw',
      Name: 'trips',
      VersionId: '0',
      CreateTime: NOW.getTime() / 1000,
    });
    expect(catalog.table('raw', 'TRIPS')).toEqual(kept);
    expect(catalog.databases()).toMatchObject([{ Name: 'raw', CatalogId: '111122223333' }]);
  });

  it('sees what a person changed in the files', async () => {
    const { workspace, catalog } = await open();
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    const file = path.join(workspace.catalog, 'raw', 't.json');
    fs.writeFileSync(file, JSON.stringify({ ...catalog.table('raw', 't'), Description: 'by hand' }));
    expect(catalog.table('raw', 't')).toMatchObject({ Description: 'by hand' });
  });

  it('says which file is broken', async () => {
    const { workspace, catalog } = await open();
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    fs.writeFileSync(path.join(workspace.catalog, 'raw', 't.json'), '{ broken');
    expect(() => catalog.table('raw', 't')).toThrow(/raw\/t\.json is not JSON/);
  });

  it('makes a replaced table a version, unless told not to', async () => {
    const { catalog } = await open();
    catalog.putTable({ DatabaseName: 'raw', Name: 't', Description: 'zero' });
    catalog.putTable({ DatabaseName: 'raw', Name: 't', Description: 'one' });
    catalog.putTable({ DatabaseName: 'raw', Name: 't', Description: 'two' }, { skipArchive: true });
    const versions = catalog.versions('raw', 't').map(({ VersionId, Description }) => [VersionId, Description]);
    expect(versions).toEqual([
      ['2', 'two'],
      ['0', 'zero'],
    ]);
    catalog.deleteVersion('raw', 't', '0');
    expect(catalog.versions('raw', 't')).toHaveLength(1);
    expect(() => catalog.deleteVersion('raw', 't', '0')).toThrow(notFound);
    expect(() => catalog.deleteVersion('raw', 't', '2')).toThrow(/current/);
    expect(() => catalog.deleteVersion('raw', 't', '../t')).toThrow(/no version id/);
  });

  it('creates or replaces partitions by their values', async () => {
    const { catalog } = await open();
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    const partition = (Values: string[], note: string) => ({ DatabaseName: 'raw', TableName: 't', Values, note });
    catalog.putPartitions('raw', 't', [partition(['2024', 'a,b'], 'x'), partition(['2024,a', 'b'], 'y')]);
    catalog.putPartitions('raw', 't', [partition(['2024', 'a,b'], 'z')]);
    expect(catalog.partitions('raw', 't').map(({ note }) => note)).toEqual(['z', 'y']);
    catalog.deletePartitions('raw', 't', [['2024', 'a,b']]);
    expect(catalog.partitions('raw', 't').map(({ Values }) => Values)).toEqual([['2024,a', 'b']]);
  });

  it('forgets partitions and versions with their table', async () => {
    const { workspace, catalog } = await open();
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    catalog.putPartitions('raw', 't', [{ DatabaseName: 'raw', TableName: 't', Values: ['1'] }]);
    catalog.deleteTable('raw', 't');
    expect(fs.readdirSync(path.join(workspace.catalog, 'raw'))).toEqual(['.database.json']);
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    expect([catalog.partitions('raw', 't'), catalog.versions('raw', 't').length]).toEqual([[], 1]);
  });

  it('gives a new table nothing of what a kill left of an old one', async () => {
    const { workspace, catalog } = await open();
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    catalog.putPartitions('raw', 't', [{ DatabaseName: 'raw', TableName: 't', Values: ['1'] }]);
    fs.rmSync(path.join(workspace.catalog, 'raw', 't.json'));
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    expect(catalog.partitions('raw', 't')).toEqual([]);
  });

  it.each(['../../x', 'a/b', 't.partitions', 'con', '.database', 'ümlaut', 'with space'])(
    'keeps a table called "%s" inside its folder',
    async (name) => {
      const { workspace, catalog } = await open();
      catalog.putTable({ DatabaseName: 'raw', Name: 't' });
      catalog.putTable({ DatabaseName: 'raw', Name: name });
      expect(catalog.tables('raw').map(({ Name }) => Name)).toEqual(['t', name].sort());
      expect(fs.readdirSync(workspace.catalog)).toEqual(['raw']);
      catalog.deleteTable('raw', name);
      expect(catalog.tables('raw')).toHaveLength(1);
    },
  );

  it("knows what isn't there", async () => {
    const { catalog } = await open();
    expect(catalog.database('none')).toBeUndefined();
    expect(catalog.table('none', 't')).toBeUndefined();
    expect(() => catalog.tables('none')).toThrow(notFound);
    expect(() => catalog.putTable({ DatabaseName: 'none', Name: 't' })).toThrow(notFound);
    expect(() => catalog.deleteTable('raw', 't')).toThrow(notFound);
    expect(() => catalog.deleteDatabase('none')).toThrow(notFound);
    expect(() => catalog.partitions('raw', 't')).toThrow(notFound);
  });

  it('deletes a database with its tables', async () => {
    const { workspace, catalog } = await open();
    catalog.putTable({ DatabaseName: 'raw', Name: 't' });
    catalog.deleteDatabase('raw');
    expect(fs.readdirSync(workspace.catalog)).toEqual([]);
  });

  it('on a full disk stays as it was', async () => {
    const { workspace, catalog } = await open();
    catalog.putTable({ DatabaseName: 'raw', Name: 't', Description: 'old' });
    vi.spyOn(fs, 'writeFileSync').mockImplementation(() => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    });
    const full = expect.objectContaining({ code: 'InsufficientStorage' });
    expect(() => catalog.putTable({ DatabaseName: 'raw', Name: 't', Description: 'new' })).toThrow(full);
    vi.restoreAllMocks();
    expect(catalog.table('raw', 't')).toMatchObject({ Description: 'old', VersionId: '0' });
    expect(catalog.versions('raw', 't')).toHaveLength(1);
    expect(fs.readdirSync(workspace.tmp)).toEqual([]);
  });
});
