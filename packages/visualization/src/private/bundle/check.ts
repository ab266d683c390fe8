import { checkCharts } from './charts';
import { checkDashboards } from './dashboards';
import { type BundleFile, type BundleFiles, isMapping, listAt, type Report } from './read';
import { type Known, refer } from './references';

/** Checks that the files are complete and that each reference leads somewhere within the bundle. */
export function checkBundle(files: BundleFiles, tables: Set<string> | undefined, report: Report): void {
  checkMetadata(files, report);
  const seen = new Map<string, string>();
  const index = (of: BundleFile[], required: string[]): Map<string, BundleFile> => {
    const byUuid = new Map<string, BundleFile>();
    for (const file of of) {
      for (const key of required) {
        if (typeof file.content[key] !== 'string') report(file.path, `has no "${key}"`);
      }
      if (file.content.version !== '1.0.0')
        report(file.path, `version "${file.content.version}": Superset reads "1.0.0"`);
      const uuid = uuidOf(file, report);
      if (!uuid) continue;
      const other = seen.get(uuid);
      if (other) report(file.path, `uuid "${uuid}" is that of ${other}, too`);
      seen.set(uuid, file.path);
      byUuid.set(uuid, file);
    }
    return byUuid;
  };
  const known: Known = {
    databases: index(files.databases, ['database_name', 'sqlalchemy_uri']),
    datasets: index(files.datasets, ['table_name', 'database_uuid']),
    charts: index(files.charts, ['slice_name', 'viz_type', 'dataset_uuid']),
  };
  index(files.dashboards, ['dashboard_title']);
  for (const database of files.databases) checkDatabase(database, report);
  for (const dataset of files.datasets) checkDataset(dataset, known, tables, report);
  checkCharts(files.charts, known, report);
  checkDashboards(files.dashboards, known, report);
}

function checkMetadata({ metadata, dashboards }: BundleFiles, report: Report): void {
  if (!metadata) {
    report('metadata.yaml', 'is missing');
  } else {
    const { version, type } = metadata.content;
    if (version !== '1.0.0') report('metadata.yaml', `version "${version}": Superset reads "1.0.0"`);
    if (type !== 'Dashboard' && type !== 'assets') {
      report('metadata.yaml', `type "${type}": a bundle of dashboards is of type "Dashboard" or "assets"`);
    }
  }
  if (dashboards.length === 0) report('dashboards/', 'has no dashboard');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function uuidOf({ path, content }: BundleFile, report: Report): string | undefined {
  const { uuid } = content;
  if (typeof uuid === 'string' && UUID.test(uuid)) return uuid.toLowerCase();
  report(path, uuid === undefined ? 'has no "uuid"' : `uuid "${uuid}" is none`);
  return undefined;
}

/** Superset masks passwords when it exports; one that is there was put there by hand. */
function checkDatabase({ path, content }: BundleFile, report: Report): void {
  const password = /^[^:]+:\/\/[^/@]*:([^@/]+)@/.exec(String(content.sqlalchemy_uri ?? ''))?.[1];
  if (password && !/^X+$/.test(password)) {
    report(path, 'sqlalchemy_uri has a password: Superset reaches Athena by its role, and needs none');
  }
}

function checkDataset(
  { path, content }: BundleFile,
  known: Known,
  tables: Set<string> | undefined,
  report: Report,
): void {
  refer(path, 'database_uuid', content.database_uuid, known.databases, 'database', report);
  for (const column of listAt(content, 'columns')) {
    if (!isMapping(column) || typeof column.column_name !== 'string')
      report(path, 'has a column without "column_name"');
  }
  for (const metric of listAt(content, 'metrics')) {
    if (!isMapping(metric) || typeof metric.expression !== 'string') report(path, 'has a metric without "expression"');
  }
  const virtual = typeof content.sql === 'string' && content.sql.trim() !== '';
  const table = `${content.schema}.${content.table_name}`;
  if (tables && !virtual && !tables.has(table)) {
    report(path, `table "${table}" is none of the data sets that were given: ${[...tables].join(', ')}`);
  }
}
