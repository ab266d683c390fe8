import { type BundleFile, isMapping, listAt, type Report } from './read';
import { columnsOf, type Known, refer } from './references';

/** Keys of `params` that name columns: a name, a list of names, or an adhoc expression, which is no name. */
const COLUMN_KEYS = ['groupby', 'columns', 'all_columns', 'x_axis', 'granularity_sqla', 'entity', 'series'];

export function checkCharts(charts: BundleFile[], known: Known, report: Report): void {
  for (const { path, content } of charts) {
    const dataset = refer(path, 'dataset_uuid', content.dataset_uuid, known.datasets, 'data set', report);
    const params = content.params ?? {};
    if (!isMapping(params)) {
      report(path, '"params" is no mapping');
      continue;
    }
    const columns = dataset && columnsOf(dataset);
    if (!dataset || !columns) continue;
    const metrics = new Set(
      listAt(dataset.content, 'metrics').map((metric) => (isMapping(metric) ? metric.metric_name : undefined)),
    );
    const column = (key: string, name: unknown): void => {
      if (typeof name === 'string' && !columns.has(name))
        report(path, `${key} "${name}": ${dataset.path} has no such column`);
    };
    for (const key of COLUMN_KEYS) for (const name of [params[key]].flat()) column(key, name);
    for (const metric of [params.metric, params.metrics, params.percent_metrics].flat()) {
      if (typeof metric === 'string' && !metrics.has(metric)) {
        report(path, `metric "${metric}": ${dataset.path} has no such metric`);
      }
      if (isMapping(metric) && metric.expressionType === 'SIMPLE' && isMapping(metric.column)) {
        column('metric', metric.column.column_name);
      }
    }
    for (const filter of listAt(params, 'adhoc_filters')) {
      if (isMapping(filter) && filter.expressionType === 'SIMPLE') column('filter', filter.subject);
    }
  }
}
