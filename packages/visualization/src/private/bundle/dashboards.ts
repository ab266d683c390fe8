import { type BundleFile, isMapping, listAt, type Mapping, type Report } from './read';
import { columnsOf, type Known, refer } from './references';

export function checkDashboards(dashboards: BundleFile[], known: Known, report: Report): void {
  for (const { path, content } of dashboards) {
    if (isMapping(content.position)) checkPosition(path, content.position, known, report);
    else report(path, 'has no "position": a dashboard without a layout shows nothing');
    const metadata = isMapping(content.metadata) ? content.metadata : {};
    for (const filter of listAt(metadata, 'native_filter_configuration')) checkFilter(path, filter, known, report);
  }
}

/** The layout is a tree of components by id, of which those of type CHART name a chart. */
function checkPosition(path: string, position: Mapping, known: Known, report: Report): void {
  for (const [id, component] of Object.entries(position)) {
    if (!isMapping(component)) continue; // DASHBOARD_VERSION_KEY
    for (const child of listAt(component, 'children')) {
      if (typeof child === 'string' && !(child in position))
        report(path, `position: "${id}" has "${child}" within, which isn't there`);
    }
    if (component.type !== 'CHART') continue;
    const uuid = isMapping(component.meta) ? component.meta.uuid : undefined;
    if (uuid === undefined) report(path, `position: "${id}" names no chart: its meta has no uuid`);
    else refer(path, `position: "${id}" with uuid`, uuid, known.charts, 'chart', report);
  }
}

function checkFilter(path: string, filter: unknown, known: Known, report: Report): void {
  const name = isMapping(filter) ? filter.name : undefined;
  for (const target of listAt(filter, 'targets')) {
    if (!isMapping(target)) continue;
    const dataset = refer(
      path,
      `filter "${name}" with datasetUuid`,
      target.datasetUuid,
      known.datasets,
      'data set',
      report,
    );
    const column = isMapping(target.column) ? target.column.name : undefined;
    const columns = dataset && columnsOf(dataset);
    if (typeof column === 'string' && columns && !columns.has(column)) {
      report(path, `filter "${name}" on "${column}": ${dataset.path} has no such column`);
    }
  }
}
