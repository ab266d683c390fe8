import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A bundle's files with their data, which tests change before they are written (JSON is YAML). */
export type Files = Record<string, unknown>;

export const UUIDS = {
  database: '11111111-1111-4111-8111-111111111111',
  flights: '22222222-2222-4222-8222-222222222222',
  bars: '33333333-3333-4333-8333-333333333333',
  total: '44444444-4444-4444-8444-444444444444',
  dashboard: '55555555-5555-4555-8555-555555555555',
};

/** One database, one data set, two charts on a dashboard with a filter, as Superset 4 and 5 export them. */
export function delays(): Files {
  const chart = (name: string, uuid: string, params: Record<string, unknown>) => ({
    slice_name: name,
    viz_type: 'echarts_timeseries_bar',
    params,
    query_context: null,
    cache_timeout: null,
    uuid,
    version: '1.0.0',
    dataset_uuid: UUIDS.flights,
  });
  const node = (id: string, uuid: string) => ({
    [id]: { type: 'CHART', id, children: [], meta: { chartId: 1, width: 4, height: 50, uuid } },
  });
  return {
    'metadata.yaml': { version: '1.0.0', type: 'Dashboard', timestamp: '2026-01-01T00:00:00+00:00' },
    'databases/lake.yaml': {
      database_name: 'lake',
      sqlalchemy_uri: 'awsathena+rest://@athena.eu-central-1.amazonaws.com:443/?work_group=bi',
      uuid: UUIDS.database,
      version: '1.0.0',
    },
    'datasets/lake/delays.yaml': {
      table_name: 'delays_by_airport_month',
      schema: 'datasets',
      sql: null,
      uuid: UUIDS.flights,
      database_uuid: UUIDS.database,
      columns: [{ column_name: 'airport' }, { column_name: 'month' }, { column_name: 'delay' }],
      metrics: [{ metric_name: 'count', expression: 'COUNT(*)' }],
      version: '1.0.0',
    },
    'charts/bars.yaml': chart('Delay by month', UUIDS.bars, {
      x_axis: 'month',
      groupby: ['airport', { label: 'early', sqlExpression: 'delay < 0', expressionType: 'SQL' }],
      metrics: ['count', { expressionType: 'SIMPLE', aggregate: 'AVG', column: { column_name: 'delay' } }],
      adhoc_filters: [{ expressionType: 'SIMPLE', subject: 'airport', operator: '==', comparator: 'HNL' }],
    }),
    'charts/total.yaml': chart('Flights', UUIDS.total, { metric: 'count' }),
    'dashboards/delays.yaml': {
      dashboard_title: 'Delays',
      slug: 'delays',
      uuid: UUIDS.dashboard,
      position: {
        DASHBOARD_VERSION_KEY: 'v2',
        ROOT_ID: { type: 'ROOT', id: 'ROOT_ID', children: ['GRID_ID'] },
        GRID_ID: { type: 'GRID', id: 'GRID_ID', children: ['ROW-1'] },
        'ROW-1': { type: 'ROW', id: 'ROW-1', children: ['CHART-1', 'CHART-2'] },
        ...node('CHART-1', UUIDS.bars),
        ...node('CHART-2', UUIDS.total),
      },
      metadata: {
        native_filter_configuration: [
          { id: 'F', name: 'Airport', targets: [{ column: { name: 'airport' }, datasetUuid: UUIDS.flights }] },
        ],
      },
      version: '1.0.0',
    },
  };
}

/** Writes the files; what is a text is written as it is. */
export function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return folder;
}
