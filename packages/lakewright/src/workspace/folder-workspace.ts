import fs from 'node:fs';
import path from 'node:path';
import { LakewrightError } from '../host/host';
import { readJson, writeFileAtomic } from './atomic-file';
import { errorCode, storageError } from './storage-error';
import type { Workspace } from './workspace';
import { lockWorkspace } from './workspace-lock';

export interface OpenWorkspaceOptions {
  /**
   * What the user called, for the message that another process gets (`lakewright serve`).
   *
   * @default - the arguments of this process
   */
  readonly command?: string;
  /**
   * Whether to become the one writer. A reader sees only whole files, and changes nothing.
   *
   * @default true
   */
  readonly lock?: boolean;
}

/** Layout of the folder. A change that older versions would misread raises it. */
const VERSION = 1;

const STATE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** The workspace as a folder on this machine. */
export class FolderWorkspace implements Workspace {
  /**
   * Makes the folder where there is none, takes the lock and removes what a killed process left in `tmp`.
   *
   * @throws LakewrightError LW_WORKSPACE_LOCKED, LW_WORKSPACE_NEWER, LW_WORKSPACE_DAMAGED, LW_WORKSPACE_NOT_WRITABLE
   */
  public static async open(root: string, options: OpenWorkspaceOptions = {}): Promise<FolderWorkspace> {
    const workspace = new FolderWorkspace(path.resolve(root));
    try {
      if (options.lock === false) {
        workspace.checkVersion();
        return workspace;
      }
      fs.mkdirSync(workspace.root, { recursive: true });
      workspace.checkVersion();
      const command = options.command ?? ['lakewright', ...process.argv.slice(2)].join(' ');
      workspace.release = await lockWorkspace(workspace.root, command, () => {
        workspace.lockLost = true;
      });
      workspace.prepare();
      return workspace;
    } catch (error) {
      await workspace.close();
      throw openError(workspace.root, error);
    }
  }

  public readonly buckets: string;
  public readonly catalog: string;
  public readonly runs: string;
  public readonly tmp: string;
  public readonly metadata: string;
  public readonly uploads: string;
  private readonly state: string;
  private release: (() => Promise<void>) | undefined;
  private lockLost = false;

  private constructor(public readonly root: string) {
    this.buckets = path.join(root, 'buckets');
    this.catalog = path.join(root, 'catalog');
    this.runs = path.join(root, 'runs');
    this.tmp = path.join(root, 'tmp');
    this.metadata = path.join(root, 'metadata');
    this.uploads = path.join(root, 'uploads');
    this.state = path.join(root, 'state');
  }

  /** Whether this process may write. */
  public get writable(): boolean {
    return this.release !== undefined && !this.lockLost;
  }

  public readState<T>(name: string): T | undefined {
    return readJson<T>(this.stateFile(name));
  }

  public writeState(name: string, value: unknown, options: { readonly secret?: boolean } = {}): void {
    this.assertWritable();
    try {
      writeFileAtomic(this.stateFile(name), `${JSON.stringify(value, null, 1)}\n`, {
        tmp: this.tmp,
        mode: options.secret ? 0o600 : undefined,
      });
    } catch (error) {
      throw storageError(error, `writing the state "${name}"`);
    }
  }

  public assertWritable(): void {
    if (this.writable) return;
    throw new LakewrightError(
      'LW_WORKSPACE_LOCKED',
      this.lockLost
        ? `the lock of ${this.root} was taken away while this process held it → nothing more is written → start again`
        : `${this.root} was opened for reading → nothing can be written`,
    );
  }

  /** Gives the lock back. Idempotent. */
  public async close(): Promise<void> {
    const release = this.release;
    this.release = undefined;
    await release?.();
  }

  private stateFile(name: string): string {
    if (!STATE_NAME.test(name)) throw new Error(`not a name for a state file: "${name}"`);
    return path.join(this.state, `${name}.json`);
  }

  private prepare(): void {
    fs.rmSync(this.tmp, { recursive: true, force: true });
    for (const folder of [this.buckets, this.catalog, this.runs, this.tmp, this.metadata, this.uploads, this.state]) {
      fs.mkdirSync(folder, { recursive: true });
    }
    if (!fs.existsSync(this.versionFile())) {
      writeFileAtomic(this.versionFile(), `${JSON.stringify({ version: VERSION })}\n`, { tmp: this.tmp });
    }
  }

  private versionFile(): string {
    return path.join(this.root, 'workspace.json');
  }

  private checkVersion(): void {
    const marker = this.readVersion();
    if (marker === undefined || (typeof marker.version === 'number' && marker.version <= VERSION)) return;
    throw new LakewrightError(
      'LW_WORKSPACE_NEWER',
      `${this.root} has version "${marker.version}" → this lakewright reads versions up to ${VERSION} → update lakewright, or give another folder`,
    );
  }

  private readVersion(): { version?: unknown } | undefined {
    try {
      return readJson<{ version?: unknown }>(this.versionFile());
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new LakewrightError(
        'LW_WORKSPACE_DAMAGED',
        `${this.versionFile()} is not JSON → expected {"version":${VERSION}} → put it right, or give another folder`,
      );
    }
  }
}

function openError(root: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof LakewrightError) return error;
  if (['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR'].includes(code)) {
    return new LakewrightError(
      'LW_WORKSPACE_NOT_WRITABLE',
      `${root} can't be written (${code}) → the workspace must be a folder that you may write → change its rights, or give another folder`,
    );
  }
  if (['ENOSPC', 'EDQUOT'].includes(code)) {
    return new LakewrightError('LW_DISK_FULL', `the disk of ${root} is full (${code}) → free some space`);
  }
  return error;
}
