import { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { SampleDataset } from '../../core/test/support/dataset';
import { DashboardBundle } from '../src';
import { delays, type Files, folderOf, UUIDS } from './bundle.support';

const OTHER = '99999999-9999-4999-8999-999999999999';

// biome-ignore lint/suspicious/noExplicitAny: files of any form, changed by each case
type Change = (files: Record<string, any>) => void;

function changed(change: Change): string {
  const files: Files = delays();
  change(files);
  return folderOf(files);
}

test('a whole bundle says what is in it', () => {
  const bundle = DashboardBundle.fromFolder(folderOf(delays()));
  const { dashboards, charts, tables } = bundle;
  expect({ dashboards, charts, tables }).toEqual({
    dashboards: ['Delays'],
    charts: ['Delay by month', 'Flights'],
    tables: ['datasets.delays_by_airport_month'],
  });
});

const BROKEN: [string, Change, string][] = [
  [
    'a chart on a data set that does not exist',
    (files) => {
      files['charts/bars.yaml'].dataset_uuid = OTHER;
    },
    `charts/bars.yaml: dataset_uuid "${OTHER}": no data set of the bundle has it`,
  ],
  [
    'a data set of a database that does not exist',
    (files) => {
      files['datasets/lake/delays.yaml'].database_uuid = OTHER;
    },
    `datasets/lake/delays.yaml: database_uuid "${OTHER}": no database of the bundle has it`,
  ],
  [
    'a chart of the layout that does not exist',
    (files) => {
      files['dashboards/delays.yaml'].position['CHART-2'].meta.uuid = OTHER;
    },
    `dashboards/delays.yaml: position: "CHART-2" with uuid "${OTHER}": no chart of the bundle has it`,
  ],
  [
    'a chart of the layout without a uuid',
    (files) => void delete files['dashboards/delays.yaml'].position['CHART-1'].meta.uuid,
    'dashboards/delays.yaml: position: "CHART-1" names no chart: its meta has no uuid',
  ],
  [
    'a component of the layout that does not exist',
    (files) => void delete files['dashboards/delays.yaml'].position['CHART-1'],
    'dashboards/delays.yaml: position: "ROW-1" has "CHART-1" within, which isn\'t there',
  ],
  [
    'a filter on a data set that does not exist',
    (files) => {
      files['dashboards/delays.yaml'].metadata.native_filter_configuration[0].targets[0].datasetUuid = OTHER;
    },
    `filter "Airport" with datasetUuid "${OTHER}": no data set of the bundle has it`,
  ],
  [
    'a filter on a column that does not exist',
    (files) => {
      files['dashboards/delays.yaml'].metadata.native_filter_configuration[0].targets[0].column.name = 'state';
    },
    'filter "Airport" on "state": datasets/lake/delays.yaml has no such column',
  ],
  [
    'a chart on a column that does not exist',
    (files) => {
      files['charts/bars.yaml'].params.x_axis = 'year';
    },
    'charts/bars.yaml: x_axis "year": datasets/lake/delays.yaml has no such column',
  ],
  [
    'a chart on a metric that does not exist',
    (files) => {
      files['charts/total.yaml'].params.metric = 'sum';
    },
    'charts/total.yaml: metric "sum": datasets/lake/delays.yaml has no such metric',
  ],
  [
    'a uuid that two files have',
    (files) => {
      files['charts/total.yaml'].uuid = UUIDS.bars;
    },
    `charts/total.yaml: uuid "${UUIDS.bars}" is that of charts/bars.yaml, too`,
  ],
  [
    'a uuid that is none',
    (files) => {
      files['charts/total.yaml'].uuid = '44';
    },
    'charts/total.yaml: uuid "44" is none',
  ],
  [
    'another version of the format',
    (files) => {
      files['charts/total.yaml'].version = '2.0.0';
    },
    'charts/total.yaml: version "2.0.0": Superset reads "1.0.0"',
  ],
  [
    'an export of charts alone',
    (files) => {
      files['metadata.yaml'].type = 'Slice';
      delete files['dashboards/delays.yaml'];
    },
    'dashboards/: has no dashboard',
  ],
  [
    'a password in a file',
    (files) => {
      files['databases/lake.yaml'].sqlalchemy_uri = 'awsathena+rest://AKIA:secret@athena/';
    },
    'databases/lake.yaml: sqlalchemy_uri has a password: Superset reaches Athena by its role, and needs none',
  ],
  [
    'a text that is no YAML',
    (files) => {
      files['charts/total.yaml'] = 'slice_name: "Flights\nviz_type: table\n';
    },
    'charts/total.yaml: line',
  ],
];

test.each(BROKEN)('%s is refused', (_, change, problem) => {
  const folder = changed(change);
  expect(() => DashboardBundle.fromFolder(folder)).toThrow(/^BrokenBundle: /);
  expect(() => DashboardBundle.fromFolder(folder)).toThrow(problem);
});

test('all faults are told at once', () => {
  const folder = changed((files) => {
    files['charts/bars.yaml'].dataset_uuid = OTHER;
    files['charts/total.yaml'].dataset_uuid = OTHER;
  });
  const told = (() => {
    try {
      DashboardBundle.fromFolder(folder);
      return '';
    } catch (error) {
      return String(error);
    }
  })();
  expect(told).toContain('charts/bars.yaml');
  expect(told).toContain('charts/total.yaml');
});

test('a folder without metadata.yaml is no bundle', () => {
  expect(() => DashboardBundle.fromFolder('/nowhere')).toThrow(/^NoBundle: folder "\/nowhere"/);
});

test('a table that is none of the given data sets is refused; a virtual data set is not', () => {
  const stack = new Stack(new App(), 'Stack');
  const datasets = [new SampleDataset(stack, 'flights')]; // raw.flights
  expect(() => DashboardBundle.fromFolder(folderOf(delays()), { datasets })).toThrow(
    'datasets/lake/delays.yaml: table "datasets.delays_by_airport_month" is none of the data sets that were given: raw.flights',
  );
  const virtual = changed((files) => {
    files['datasets/lake/delays.yaml'].sql = 'SELECT 1';
  });
  expect(DashboardBundle.fromFolder(virtual, { datasets }).tables).toEqual([]);
  const fitting = changed((files) => {
    Object.assign(files['datasets/lake/delays.yaml'], { schema: 'raw', table_name: 'flights' });
  });
  expect(DashboardBundle.fromFolder(fitting, { datasets }).tables).toEqual(['raw.flights']);
});
