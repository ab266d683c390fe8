import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '../yaml';

export type Mapping = Record<string, unknown>;

/** A file of the bundle: its path within, and what is in it. */
export interface BundleFile {
  readonly path: string;
  readonly content: Mapping;
}

/** The files of a bundle by kind. */
export interface BundleFiles {
  readonly metadata?: BundleFile;
  readonly databases: BundleFile[];
  readonly datasets: BundleFile[];
  readonly charts: BundleFile[];
  readonly dashboards: BundleFile[];
}

/** Tells of one thing that is wrong: the file, and what. */
export type Report = (path: string, problem: string) => void;

export const KINDS = ['databases', 'datasets', 'charts', 'dashboards'] as const;

/** Reads all files that Superset's import reads; what can't be read is reported. */
export function readBundle(folder: string, report: Report): BundleFiles {
  const files: Record<(typeof KINDS)[number], BundleFile[]> = {
    databases: [],
    datasets: [],
    charts: [],
    dashboards: [],
  };
  let metadata: BundleFile | undefined;
  for (const path of yamlFiles(folder)) {
    const { value, problem } = parseYaml(readFileSync(join(folder, path), 'utf8'));
    const kind = KINDS.find((one) => path.startsWith(`${one}/`));
    if (problem) {
      report(path, problem);
    } else if (!isMapping(value)) {
      report(path, 'is no mapping');
    } else if (path === 'metadata.yaml') {
      metadata = { path, content: value };
    } else if (kind) {
      files[kind].push({ path, content: value });
    } else {
      report(path, `lies where Superset looks for nothing: metadata.yaml, ${KINDS.map((one) => `${one}/`).join(', ')}`);
    }
  }
  return { ...(metadata ? { metadata } : {}), ...files };
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split('\\')
        .join('/'),
    )
    .sort();
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The list at a key; none where there is none. */
export function listAt(of: unknown, key: string): unknown[] {
  const value = isMapping(of) ? of[key] : undefined;
  return Array.isArray(value) ? value : [];
}
