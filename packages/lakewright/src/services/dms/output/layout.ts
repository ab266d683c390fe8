import type { TablePlan } from '../mapping/plan';
import type { S3Target } from './s3-target';

type Named = Pick<TablePlan, 'schema' | 'name'>;

/** The folder of a table's files, with a slash at its end. */
export function tablePrefix(target: Pick<S3Target, 'folder'>, { schema, name }: Named): string {
  return `${[target.folder, schema, name].filter((part) => part !== '').join('/')}/`;
}

/** `LOAD0000000A.parquet`: numbered from 1, hexadecimal. */
export function loadKey(target: S3Target, table: Named, number: number): string {
  const counter = number.toString(16).toUpperCase().padStart(8, '0');
  return `${tablePrefix(target, table)}LOAD${counter}.${target.extension}`;
}

/** `2026/01/31/20260131-235959123.parquet`. @param dates '' without folders by date */
export function changesKey(target: S3Target, table: Named, dates: string, time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:T.Z]/g, '');
  const file = `${digits.slice(0, 8)}-${digits.slice(8, 17)}.${target.extension}`;
  return `${tablePrefix(target, table)}${dates === '' ? '' : `${dates}/`}${file}`;
}
