import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IDataset } from '@lakewright/core';
import { checkBundle } from './private/bundle/check';
import { type BundleFiles, readBundle } from './private/bundle/read';
import { refuse } from './private/refuse';

/** What else is known of a bundle. */
export interface DashboardBundleOptions {
  /**
   * The data sets that dashboards may show: a table of the bundle that is none of them is refused. What a virtual data set
   * (one with SQL) reads isn't looked at.
   * @default tables aren't looked at
   */
  readonly datasets?: IDataset[];
}

/**
 * Dashboards as code: a folder as Superset exports one, checked while the app is synthesized.
 *
 * `metadata.yaml`, and below `databases/`, `datasets/`, `charts/` and `dashboards/` a YAML file each. Every uuid, each chart
 * of a layout, each column and metric that a chart or filter names must be there: Superset's own import finds such faults
 * after the deployment, and some not before somebody looks at the chart.
 *
 * @see https://superset.apache.org/docs/configuration/importing-exporting-datasources/
 */
export class DashboardBundle {
  /**
   * The bundle in a folder: what `superset export-dashboards` or *Export* wrote, unzipped.
   *
   * @param folder the one with metadata.yaml in it
   * @param options what else is known
   * @throws `NoBundle`, and `BrokenBundle` with all faults that were found
   */
  public static fromFolder(folder: string, options: DashboardBundleOptions = {}): DashboardBundle {
    const path = resolve(folder);
    if (!existsSync(join(path, 'metadata.yaml')) || !statSync(path).isDirectory()) {
      refuse(
        'NoBundle',
        `folder "${folder}"`,
        'a folder with a metadata.yaml, as Superset exports one',
        'unzip the export, and name the folder with metadata.yaml in it',
      );
    }
    const problems: string[] = [];
    const report = (file: string, problem: string): void => void problems.push(`${file}: ${problem}`);
    const files = readBundle(path, report);
    const tables = options.datasets?.map(({ databaseName, tableName }) => `${databaseName}.${tableName}`);
    checkBundle(files, tables && new Set(tables), report);
    if (problems.length > 0) {
      refuse(
        'BrokenBundle',
        `folder "${folder}":\n  ${problems.join('\n  ')}\n`,
        'each reference leads to a file of the bundle',
        'export it again with all that it needs, or mend the files',
      );
    }
    return new DashboardBundle(path, files);
  }

  /** The titles of the dashboards, sorted. */
  public readonly dashboards: string[];

  /** The names of the charts, sorted. */
  public readonly charts: string[];

  /** The tables that charts are drawn from, as `database.table`, sorted; without those of virtual data sets. */
  public readonly tables: string[];

  private constructor(
    /** The folder, as an absolute path. */
    public readonly folder: string,
    files: BundleFiles,
  ) {
    this.dashboards = files.dashboards.map(({ content }) => String(content.dashboard_title)).sort();
    this.charts = files.charts.map(({ content }) => String(content.slice_name)).sort();
    this.tables = files.datasets
      .filter(({ content }) => !content.sql)
      .map(({ content }) => `${content.schema}.${content.table_name}`)
      .sort();
  }
}
