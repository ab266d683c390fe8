import type { ScanConstraint } from '../../../../engines/sql/contract';
import { SqlError } from '../../../../engines/sql/errors';
import { parseHiveType } from '../../../../engines/sql/types/hive';
import type { Table } from '../../../../workspace/catalog-store';
import { folderOf } from '../data-files';
import { mayMatch } from '../partition-filter';
import { projectedColumn } from './column';

export interface ProjectedPartition {
  readonly values: readonly string[];
  readonly location: string;
}

/** Whether the table's partitions are computed instead of registered. */
export const isProjected = (table: Table): boolean =>
  table.Parameters?.['projection.enabled']?.trim().toLowerCase() === 'true' && (table.PartitionKeys?.length ?? 0) > 0;

const MOST = 1_000_000;

/**
 * The partitions that a query may read of a table with partition projection: whether there are files is not known.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export function projectPartitions(
  table: Table,
  constraints: readonly ScanConstraint[],
  now: Date,
): ProjectedPartition[] {
  const parameters = lowerKeys(table.Parameters ?? {});
  const keys = table.PartitionKeys ?? [];
  const choices = keys.map((key) => {
    const own = constraints.filter((constraint) => constraint.column === key.Name.toLowerCase());
    const column = projectedColumn(key.Name, (name) => parameters.get(`projection.${key.Name.toLowerCase()}.${name}`));
    const type = parseHiveType(key.Type ?? 'string');
    return column.values(own, now).filter((value) => mayMatch(value, type, own));
  });
  if (choices.reduce((product, values) => product * values.length, 1) > MOST) {
    throw new SqlError(
      'HIVE_EXCEEDED_PARTITION_LIMIT',
      `Query over table '${table.Name}' can potentially read more than ${MOST} partitions`,
    );
  }
  const names = keys.map((key) => key.Name);
  const template = parameters.get('storage.location.template');
  return combinations(choices).map((values) => ({ values, location: locationOf(table, template, names, values) }));
}

const lowerKeys = (parameters: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(Object.entries(parameters).map(([key, value]) => [key.toLowerCase(), value]));

function combinations(choices: readonly (readonly string[])[]): string[][] {
  return choices.reduce<string[][]>(
    (rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
}

function locationOf(
  table: Table,
  template: string | undefined,
  names: readonly string[],
  values: readonly string[],
): string {
  if (template) {
    return template.replace(/\$\{([^}]+)\}/g, (all, name: string) => {
      const index = names.findIndex((key) => key.toLowerCase() === name.toLowerCase());
      return index < 0 ? all : (values[index] as string);
    });
  }
  const root = folderOf(table.StorageDescriptor?.Location ?? '');
  return `${root}${names.map((name, index) => `${name}=${values[index]}`).join('/')}/`;
}
