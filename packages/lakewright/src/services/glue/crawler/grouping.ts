import type { Classification } from './classification';
import { compatibleTypes, type Field } from './field-type';
import { type CrawledFile, folderOf } from './target';

export interface ClassifiedFile extends CrawledFile {
  readonly classification: Classification;
}

/** Files that become one table. */
export interface TableGroup {
  /** Folder, or the object's key where the table is a single file of a folder. */
  readonly root: string;
  readonly singleFile: boolean;
  readonly partitionKeys: readonly string[];
  /** One for each folder below the root that has files; `values` is empty for a table without partitions. */
  readonly partitions: readonly {
    readonly values: readonly string[];
    readonly folder: string;
    readonly files: readonly ClassifiedFile[];
  }[];
  readonly files: readonly ClassifiedFile[];
}

export interface GroupingOptions {
  /** Likeness of schemas isn't asked for. */
  readonly combineSchemas: boolean;
  /** Folders above this depth are never tables; 0 = the include path itself may be one. */
  readonly minimumDepth: number;
  /** False: a lone folder is a partition too, since the table's root is known. */
  readonly passages?: boolean;
}

/** Schemas are one table if more than this share of the files is alike … */
export const THRESHOLD = 0.7;
/** … and there are no more kinds of schemas than this. */
const MAX_CLUSTERS = 5;

/**
 * Finds the tables below a folder, as Glue describes it: the highest folder whose files are compatible (format, compression,
 * delimiter, depth of folders) and similar (the schemas of more than 70 % alike, at most five kinds) is a table, and the
 * folders below it are its partitions. Otherwise each folder is looked at by itself, and files that lie in such a folder are
 * a table each.
 *
 * https://repost.aws/knowledge-center/glue-crawler-detect-schema
 * https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html
 */
export function groupTables(
  root: string,
  files: readonly ClassifiedFile[],
  options: GroupingOptions,
  depth = 0,
): TableGroup[] {
  if (files.length === 0) return [];
  const direct = files.filter(({ key }) => folderOf(key) === root);
  const children = childFolders(root, files);
  const passage = options.passages !== false && isPassage(root, direct, children);
  if (depth >= options.minimumDepth && !passage && isOneTable(root, files, options)) {
    return [tableOf(root, files)];
  }
  return [
    ...direct.map(singleFile),
    ...[...children].flatMap(([folder, below]) => groupTables(folder, below, options, depth + 1)),
  ];
}

/** A folder with nothing but one folder that isn't `key=value` is a way to the table, not a table of one partition. */
function isPassage(root: string, direct: readonly ClassifiedFile[], children: ReadonlyMap<string, unknown>): boolean {
  if (direct.length > 0 || children.size !== 1) return false;
  const [child] = children.keys();
  return !HIVE_SEGMENT.test(child.slice(root.length, -1));
}

function childFolders(root: string, files: readonly ClassifiedFile[]): Map<string, ClassifiedFile[]> {
  const children = new Map<string, ClassifiedFile[]>();
  for (const file of files) {
    const slash = file.key.indexOf('/', root.length);
    if (slash < 0) continue;
    const folder = file.key.slice(0, slash + 1);
    const below = children.get(folder);
    if (below) below.push(file);
    else children.set(folder, [file]);
  }
  return children;
}

function isOneTable(root: string, files: readonly ClassifiedFile[], options: GroupingOptions): boolean {
  if (new Set(files.map((file) => layoutOf(root, file))).size !== 1) return false;
  return options.combineSchemas || areSimilar(files);
}

/** What must be equal in all files of a table. */
function layoutOf(root: string, { key, classification }: ClassifiedFile): string {
  const { format, compression, storage, parameters } = classification;
  const segments = segmentsBelow(root, key).map((segment) => HIVE_SEGMENT.exec(segment)?.[1].toLowerCase() ?? '');
  return JSON.stringify([format, compression, storage.serde, parameters.delimiter, segments]);
}

function areSimilar(files: readonly ClassifiedFile[]): boolean {
  const clusters: { fields: readonly Field[]; count: number }[] = [];
  for (const { classification } of files) {
    const alike = clusters.find(({ fields }) => similarity(fields, classification.fields) > THRESHOLD);
    if (alike) alike.count++;
    else clusters.push({ fields: classification.fields, count: 1 });
    if (clusters.length > MAX_CLUSTERS) return false;
  }
  return Math.max(...clusters.map(({ count }) => count)) / files.length > THRESHOLD;
}

/** The share of all columns of both that both have, with types that go together. */
export function similarity(a: readonly Field[], b: readonly Field[]): number {
  const types = new Map(a.map((field) => [field.name.toLowerCase(), field.type]));
  const shared = b.filter(({ name, type }) => {
    const other = types.get(name.toLowerCase());
    return other !== undefined && compatibleTypes(other, type);
  }).length;
  const all = new Set([...a, ...b].map((field) => field.name.toLowerCase())).size;
  return all === 0 ? 1 : shared / all;
}

const HIVE_SEGMENT = /^([^=]+)=(.*)$/s;

const segmentsBelow = (root: string, key: string): string[] => folderOf(key).slice(root.length).split('/').slice(0, -1);

function tableOf(root: string, files: readonly ClassifiedFile[]): TableGroup {
  const partitions = new Map<string, { values: string[]; folder: string; files: ClassifiedFile[] }>();
  for (const file of files) {
    const folder = folderOf(file.key);
    const values = segmentsBelow(root, file.key).map(partitionValue);
    const known = partitions.get(folder);
    if (known) known.files.push(file);
    else partitions.set(folder, { values, folder, files: [file] });
  }
  const partitionKeys = segmentsBelow(root, files[0].key).map(
    (segment, index) => HIVE_SEGMENT.exec(segment)?.[1].toLowerCase() ?? `partition_${index}`,
  );
  return { root, singleFile: false, partitionKeys, partitions: [...partitions.values()], files };
}

/** Hive writes special characters of a value as %XX. */
function partitionValue(segment: string): string {
  const value = HIVE_SEGMENT.exec(segment)?.[2];
  if (value === undefined) return segment;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const singleFile = (file: ClassifiedFile): TableGroup => ({
  root: file.key,
  singleFile: true,
  partitionKeys: [],
  partitions: [{ values: [], folder: folderOf(file.key), files: [file] }],
  files: [file],
});
