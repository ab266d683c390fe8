import type { IcebergFiles } from './files';
import { type ManifestEntry, type ManifestFile, partitionColumns, readManifest, readManifestList } from './manifests';
import { type Snapshot, specOf, type TableMetadata } from './metadata';

/** Manifests never change: what was read once is kept, up to so many. */
const KEPT = 2_000;

/** Reads which files a snapshot has. */
export class SnapshotFiles {
  private readonly lists = new Map<string, Promise<readonly ManifestFile[]>>();
  private readonly entries = new Map<string, Promise<readonly ManifestEntry[]>>();

  public constructor(private readonly files: IcebergFiles) {}

  public manifests(snapshot: Snapshot | undefined): Promise<readonly ManifestFile[]> {
    if (!snapshot) return Promise.resolve([]);
    const path = snapshot['manifest-list'];
    return kept(this.lists, path, async () => readManifestList(await this.files.read(path)));
  }

  /** Deleted entries too. */
  public entriesOf(metadata: TableMetadata, manifest: ManifestFile): Promise<readonly ManifestEntry[]> {
    return kept(this.entries, `${manifest.path} ${manifest.sequenceNumber}`, async () => {
      const columns = partitionColumns(specOf(metadata, manifest.specId), metadata.schemas);
      return readManifest(await this.files.read(manifest.path), manifest, columns);
    });
  }

  /** The files that make up the table as of a snapshot. */
  public async live(metadata: TableMetadata, snapshot: Snapshot | undefined): Promise<ManifestEntry[]> {
    const found: ManifestEntry[] = [];
    for (const manifest of await this.manifests(snapshot)) {
      if (manifest.addedFiles + manifest.existingFiles === 0) continue;
      for (const entry of await this.entriesOf(metadata, manifest)) if (entry.status !== 'deleted') found.push(entry);
    }
    return found;
  }
}

function kept<T>(cache: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known) return known;
  if (cache.size >= KEPT) cache.clear();
  const reading = read();
  cache.set(key, reading);
  reading.catch(() => cache.delete(key));
  return reading;
}
