import { type BundleFile, isMapping, listAt, type Report } from './read';

/** What others refer to, by uuid. */
export interface Known {
  readonly databases: Map<string, BundleFile>;
  readonly datasets: Map<string, BundleFile>;
  readonly charts: Map<string, BundleFile>;
}

/** Looks a reference up; a broken one is reported with the file and the uuid. */
export function refer(
  path: string,
  key: string,
  uuid: unknown,
  into: Map<string, BundleFile>,
  what: string,
  report: Report,
) {
  if (uuid === undefined || uuid === null) return undefined;
  const found = into.get(String(uuid).toLowerCase());
  if (!found) report(path, `${key} "${uuid}": no ${what} of the bundle has it`);
  return found;
}

/** The names of a data set's columns, calculated ones included; nothing where it lists none. */
export function columnsOf(dataset: BundleFile): Set<string> | undefined {
  const names = listAt(dataset.content, 'columns').flatMap((column) =>
    isMapping(column) && typeof column.column_name === 'string' ? [column.column_name] : [],
  );
  return names.length > 0 ? new Set(names) : undefined;
}
