import { declaredSuperset } from '../../actions/superset/declared';
import type { LakeResource } from '../../assembly/resource';
import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import { tablesInSql } from './sql-tables';
import { bundleDashboards } from './superset-bundle';

export interface Dashboard {
  readonly id: string;
  readonly label: string;
  readonly holds: string;
  readonly format: string;
  readonly reads: readonly string[];
}

/** Dashboards of the template and of its Superset's bundle, with the tables that their data sets read. */
export function dashboardsOf(lake: LocalLake, known: ReadonlySet<string>): readonly Dashboard[] {
  const superset = declaredSuperset(lake);
  return [...quickSight(lake, known), ...(superset ? bundleDashboards(superset.bundle, known) : [])];
}

function quickSight(lake: LocalLake, known: ReadonlySet<string>): readonly Dashboard[] {
  const dataSets = lake.resources.filter(({ type }) => type === 'AWS::QuickSight::DataSet');
  return lake.resources
    .filter(({ type }) => type === 'AWS::QuickSight::Dashboard')
    .map(({ path, properties, physicalId }): Dashboard => {
      const text = JSON.stringify(properties);
      const used = dataSets.filter(({ arn }) => text.includes(arn));
      const sheets: ApiShape[] = properties.Definition?.Sheets ?? [];
      const charts = sheets.reduce((sum, { Visuals = [] }) => sum + Visuals.length, 0);
      return {
        ...{ id: `dashboard:${path}`, label: String(properties.Name ?? physicalId), format: 'QuickSight' },
        holds: charts === 0 ? '' : `${charts} ${charts === 1 ? 'chart' : 'charts'}`,
        reads: [...new Set(used.flatMap((dataSet) => tablesOf(dataSet, known)))],
      };
    });
}

function tablesOf({ properties }: LakeResource, known: ReadonlySet<string>): string[] {
  return Object.values<ApiShape>(properties.PhysicalTableMap ?? {}).flatMap(({ RelationalTable, CustomSql }) => {
    if (CustomSql) return [...tablesInSql(String(CustomSql.SqlQuery), known).reads];
    const name = `${RelationalTable?.Schema}.${RelationalTable?.Name}`.toLowerCase();
    return known.has(name) ? [name] : [];
  });
}
