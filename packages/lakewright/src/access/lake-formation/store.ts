import path from 'node:path';
import { JsonFiles } from '../../workspace/json-files';
import type { Workspace } from '../../workspace/workspace';
import type { Filter, Grant, LfTag, Location, OptIn, TagAssignment } from './facts';

/** What one owner has brought about: clients of the API, or one resource of a template. */
export interface Part {
  readonly administrators?: readonly string[];
  readonly readOnlyAdministrators?: readonly string[];
  readonly grants?: readonly Grant[];
  readonly filters?: readonly Filter[];
  readonly assignments?: readonly TagAssignment[];
  readonly optIns?: readonly OptIn[];
  readonly tags?: readonly LfTag[];
  readonly locations?: readonly Location[];
  /** The settings beside the administrators, in the API's shape. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

type Declared = Readonly<Record<string, Part>>;

/**
 * Lake Formation's state, `state/lakeformation/`:
 *
 * ```
 * api.json        what clients of the API have granted, tagged …
 * declared.json   construct path → what that resource declares
 * ```
 *
 * What holds is the union. So a template's grant holds for a table that comes later or is made anew, and ends with its
 * resource, while what came through the API stays.
 */
export class LakeFormationStore {
  private readonly files: JsonFiles;
  private readonly apiFile: string;
  private readonly declaredFile: string;

  public constructor(
    workspace: Workspace,
    /** What the API's part is as long as nothing was written: what a new account has. */
    private readonly initial: () => Part,
  ) {
    this.files = new JsonFiles(workspace);
    this.apiFile = path.join(workspace.root, 'state', 'lakeformation', 'api.json');
    this.declaredFile = path.join(workspace.root, 'state', 'lakeformation', 'declared.json');
  }

  public get api(): Part {
    return this.files.read<Part>(this.apiFile) ?? this.initial();
  }

  public get declared(): Declared {
    return this.files.read<Declared>(this.declaredFile) ?? {};
  }

  /** The same objects as long as nothing changes; undefined before the first write. */
  public get stamp(): readonly [Part | undefined, Declared | undefined] {
    return [this.files.read(this.apiFile), this.files.read(this.declaredFile)];
  }

  public parts(): readonly Part[] {
    return [this.api, ...Object.values(this.declared)];
  }

  /** Also writes down what a new account has, so that later tables don't count as there before. */
  public changeApi(change: (part: Part) => Part): void {
    const former = this.files.read<Part>(this.apiFile);
    const next = change(former ?? this.initial());
    if (JSON.stringify(next) !== JSON.stringify(former)) this.files.write(this.apiFile, next);
  }

  /** Changes every part: what is revoked is revoked, whoever granted it. A template's part comes back with the next run. */
  public changeAll(change: (part: Part) => Part): void {
    this.changeApi(change);
    this.writeDeclared(Object.fromEntries(Object.entries(this.declared).map(([owner, part]) => [owner, change(part)])));
  }

  public declare(owner: string, part: Part): void {
    this.changeApi((api) => api);
    this.writeDeclared({ ...this.declared, [owner]: part });
  }

  /** Ends what other owners have declared. */
  public keepOwners(owners: ReadonlySet<string>): void {
    this.writeDeclared(Object.fromEntries(Object.entries(this.declared).filter(([owner]) => owners.has(owner))));
  }

  private writeDeclared(next: Declared): void {
    if (JSON.stringify(next) !== JSON.stringify(this.declared)) this.files.write(this.declaredFile, next);
  }
}
