import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { storageError } from '../../../workspace/storage-error';
import type { LakeContext } from '../../service';
import { FIRST_STATE, type PendingFile, type ReplicationState } from './replication-state';

/** A finished file on its way to its key. */
export interface StagedFile {
  /** Absolute path, in the journal's folder. */
  readonly file: string;
  readonly bucket: string;
  readonly key: string;
}

/**
 * Makes files and the position they reach visible together.
 *
 * One rename, that of the state, decides: it names the new position and the files that belong to it. They are moved to
 * their keys after it; who is killed in between finds the list and finishes it at the next start. Files that no state names
 * were never reached, and are removed. So a kill at any moment neither loses a change nor writes one twice.
 */
export class Journal {
  /** Files that aren't finished: spools and what is made of them. Outside of `tmp`, which is emptied at each start. */
  public readonly folder: string;
  private current: ReplicationState;

  /** @param name of the state file and the folder */
  public constructor(
    private readonly lake: Pick<LakeContext, 'workspace' | 'objects'>,
    private readonly name: string,
  ) {
    this.folder = path.join(lake.workspace.root, 'dms', name);
    this.current = lake.workspace.readState<ReplicationState>(`dms/${name}`) ?? FIRST_STATE;
  }

  public get state(): ReplicationState {
    return this.current;
  }

  /** Finishes what a killed run had decided, removes what it had only begun. */
  public async recover(): Promise<void> {
    await this.finish();
    fs.rmSync(this.folder, { recursive: true, force: true });
    try {
      fs.mkdirSync(this.folder, { recursive: true });
    } catch (error) {
      throw storageError(error, `preparing ${this.folder}`);
    }
  }

  /** A path for a new file. */
  public newFile(): string {
    return path.join(this.folder, randomUUID());
  }

  /** The new state and its files, all or nothing. */
  public async commit(state: ReplicationState, files: readonly StagedFile[] = []): Promise<void> {
    const pending = files.map(({ file, bucket, key }): PendingFile => ({ staged: path.basename(file), bucket, key }));
    this.save(pending.length === 0 ? state : { ...state, pending });
    await this.finish();
  }

  private async finish(): Promise<void> {
    const { pending, ...state } = this.current;
    if (pending === undefined) return;
    for (const { staged, bucket, key } of pending) {
      const file = path.join(this.folder, staged);
      // What isn't there any more has been moved.
      if (fs.existsSync(file)) await this.lake.objects.publish(file, bucket, key);
    }
    this.save(state);
  }

  private save(state: ReplicationState): void {
    this.lake.workspace.writeState(`dms/${this.name}`, state);
    this.current = state;
  }
}
