import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Assembly } from '../../assembly/resource';

/** A file of the app, and the copies of it that assets of the assembly have. */
interface Copy {
  readonly source: string;
  readonly target: string;
  readonly asset: string;
}

/** A folder of the app that is an asset as a whole: new files of it belong there, too. */
interface Root {
  readonly source: string;
  readonly target: string;
  readonly asset: string;
}

/** Larger files are no source code. */
const MAX_BYTES = 2_000_000;
const SKIPPED = new Set(['node_modules', 'cdk.out', '__pycache__', 'target', 'dist', 'build']);

/**
 * Which files of the app are copied into assets. An assembly doesn't say where its assets come from: equal contents do, and
 * of several equal files the one whose path ends like the asset's.
 */
export class Sources {
  private constructor(
    private readonly copies: readonly Copy[],
    private readonly roots: readonly Root[],
  ) {}

  public static of(directory: string, assembly: Assembly): Sources {
    const byHash = new Map<string, string[]>();
    for (const file of filesBelow(directory, directory)) {
      const hash = hashOf(file);
      byHash.set(hash, [...(byHash.get(hash) ?? []), file]);
    }
    const copies: Copy[] = [];
    const roots: Root[] = [];
    for (const { asset, location } of placesOf(assembly)) {
      const files = statSync(location).isDirectory() ? filesBelow(location, location) : [location];
      const found = files.flatMap((target): Copy[] => {
        const source = closest(byHash.get(hashOf(target)) ?? [], target);
        return source === undefined ? [] : [{ source, target, asset }];
      });
      copies.push(...found);
      const root = rootOf(location, found);
      // Not all of the app is one asset, only because a file of it lies there as here.
      if (root !== undefined && root.source !== directory) roots.push({ ...root, asset });
    }
    return new Sources(copies, roots);
  }

  /** Copies changed files into their assets. Gives the assets, and the files that belong to none. */
  public update(changed: readonly string[]): {
    readonly assets: readonly string[];
    readonly others: readonly string[];
  } {
    const assets = new Set<string>();
    const others: string[] = [];
    for (const file of changed) {
      const places = this.placesOf(file);
      if (places.length === 0) others.push(file);
      for (const { target, asset } of places) {
        assets.add(asset);
        if (existsSync(file)) {
          mkdirSync(path.dirname(target), { recursive: true });
          cpSync(file, target);
        } else rmSync(target, { force: true });
      }
    }
    return { assets: [...assets], others };
  }

  private placesOf(file: string): { readonly target: string; readonly asset: string }[] {
    const below = this.roots
      .filter(({ source }) => file.startsWith(source + path.sep))
      .map(({ source, target, asset }) => ({ target: path.join(target, path.relative(source, file)), asset }));
    const own = this.copies.filter(({ source }) => source === file);
    return [...new Map([...own, ...below].map((one) => [one.target, one])).values()];
  }
}

/** What templates call an asset (its key or image tag), and where it lies. */
function placesOf({ assets, images = [] }: Assembly): { readonly asset: string; readonly location: string }[] {
  const all = [
    ...assets.map(({ key, path: location }) => ({ asset: key, location })),
    ...images.map(({ tag, folder }) => ({ asset: tag, location: folder })),
  ];
  return all.filter(({ location }) => existsSync(location));
}

export function filesBelow(folder: string, top: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (isSkipped(path.relative(top, full))) return [];
    if (entry.isDirectory()) return filesBelow(full, top);
    return entry.isFile() && statSync(full).size <= MAX_BYTES ? [full] : [];
  });
}

/** Neither sources nor made by hand; a path relative to the app's folder. */
export function isSkipped(relative: string): boolean {
  return relative.split(path.sep).some((part) => part.startsWith('.') || SKIPPED.has(part) || part.endsWith('~'));
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function closest(candidates: readonly string[], target: string): string | undefined {
  const ending = (file: string): number => {
    const [a, b] = [file.split(path.sep).reverse(), target.split(path.sep).reverse()];
    const differs = a.findIndex((part, index) => part !== b[index]);
    return differs < 0 ? a.length : differs;
  };
  return [...candidates].sort((a, b) => ending(b) - ending(a))[0];
}

/** The folder below which the sources lie as in the asset; of an asset with others beside them, only the part that has them. */
function rootOf(location: string, copies: readonly Copy[]): Pick<Root, 'source' | 'target'> | undefined {
  const places = new Map<string, string[]>();
  for (const { source, target } of copies) {
    const relative = path.relative(location, target);
    if (relative === '' || !source.endsWith(path.sep + relative)) continue;
    const root = source.slice(0, -relative.length - 1);
    places.set(root, [...(places.get(root) ?? []), path.dirname(relative)]);
  }
  const [most] = [...places].sort(([, a], [, b]) => b.length - a.length);
  if (most === undefined) return undefined;
  const common = commonFolder(most[1]);
  return { source: path.join(most[0], common), target: path.join(location, common) };
}

/** `a` for `a/b` and `a/c`; empty where they have none in common. */
function commonFolder(folders: readonly string[]): string {
  const [first = [], ...others] = folders.map((one) => (one === '.' ? [] : one.split(path.sep)));
  const differs = first.findIndex((part, index) => others.some((one) => one[index] !== part));
  return path.join(...(differs < 0 ? first : first.slice(0, differs)));
}
