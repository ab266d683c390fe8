import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { ApiShape } from '../../services/api-shape';
import type { Dashboard } from './dashboards';
import { tablesInSql } from './sql-tables';

/** The dashboards of a folder as Superset exports one: each with the tables that its charts' data sets read. */
export function bundleDashboards(folder: string, known: ReadonlySet<string>): readonly Dashboard[] {
  const dataSets = new Map(documents(path.join(folder, 'datasets')).map((one) => [one.uuid, tablesOf(one, known)]));
  const charts = new Map(documents(path.join(folder, 'charts')).map((one) => [one.uuid, one.dataset_uuid]));
  return documents(path.join(folder, 'dashboards')).map((dashboard): Dashboard => {
    const placed: ApiShape[] = Object.values(dashboard.position ?? {});
    const own = placed.flatMap((one) => (charts.has(one?.meta?.uuid) ? [one.meta.uuid] : []));
    const reads = own.flatMap((uuid) => dataSets.get(charts.get(uuid)) ?? []);
    return {
      id: `dashboard:${dashboard.uuid}`,
      label: String(dashboard.dashboard_title ?? dashboard.slug),
      holds: `${own.length} ${own.length === 1 ? 'chart' : 'charts'}`,
      format: 'Superset',
      reads: [...new Set(reads)],
    };
  });
}

/** A virtual data set has SQL, another one is a table. */
function tablesOf({ sql, schema, table_name: name }: ApiShape, known: ReadonlySet<string>): readonly string[] {
  if (typeof sql === 'string' && sql !== '') return tablesInSql(sql, known, schema ?? undefined).reads;
  const id = `${schema}.${name}`.toLowerCase();
  return known.has(id) ? [id] : [];
}

function documents(folder: string): ApiShape[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => parse(readFileSync(path.join(folder, name), 'utf8')) ?? {});
}
