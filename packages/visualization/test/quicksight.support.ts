import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TimeZone } from 'aws-cdk-lib';
import {
  QuickSightColumn,
  QuickSightDashboards,
  type QuickSightDashboardsProps,
  QuickSightDataSet,
  QuickSightDefinition,
  QuickSightRefresh,
  QuickSightTheme,
} from '../src';
import { bare } from './superset.support';

const column = (ColumnName: string) => ({ DataSetIdentifier: 'delays', ColumnName });

/** One sheet with a bar chart and a filter. */
export function sheets(): Record<string, unknown> {
  const [month, delay] = [column('month'), column('delay')];
  return {
    DataSetIdentifierDeclarations: [{ Identifier: 'delays', DataSetArn: 'arn:aws:quicksight:us-east-1:1:dataset/old' }],
    CalculatedFields: [{ DataSetIdentifier: 'delays', Name: 'hours', Expression: '{delay} / 60' }],
    Sheets: [
      {
        SheetId: 'sheet',
        Name: 'Delays',
        Visuals: [
          {
            BarChartVisual: {
              VisualId: 'bars',
              ChartConfiguration: {
                FieldWells: {
                  BarChartAggregatedFieldWells: {
                    Category: [{ DateDimensionField: { FieldId: 'm', Column: month } }],
                    Values: [
                      {
                        NumericalMeasureField: {
                          FieldId: 'd',
                          Column: delay,
                          AggregationFunction: { SimpleNumericalAggregation: 'AVERAGE' },
                        },
                      },
                    ],
                  },
                },
              },
            },
          },
        ],
      },
    ],
    FilterGroups: [
      {
        FilterGroupId: 'group',
        CrossDataset: 'SINGLE_DATASET',
        ScopeConfiguration: {
          SelectedSheets: { SheetVisualScopingConfigurations: [{ SheetId: 'sheet', Scope: 'ALL_VISUALS' }] },
        },
        Filters: [
          {
            NumericRangeFilter: {
              FilterId: 'hours',
              Column: column('hours'),
              NullOption: 'NON_NULLS_ONLY',
              RangeMinimum: { StaticValue: 0 },
            },
          },
        ],
      },
    ],
  };
}

export function definitionOf(json: unknown): QuickSightDefinition {
  const path = join(mkdtempSync(join(tmpdir(), 'definition-')), 'delays.json');
  writeFileSync(path, JSON.stringify(json));
  return QuickSightDefinition.fromFile(path);
}

/** A lake, and a dashboard and an analysis of it. */
export function quickSight(props: Partial<QuickSightDashboardsProps> = {}) {
  const lake = bare();
  const definition = definitionOf({ Name: 'Delays', Definition: sheets() });
  const delays = QuickSightDataSet.spice(lake.datasets.dataset('delays'), {
    columns: [QuickSightColumn.dateTime('month'), QuickSightColumn.decimal('delay'), QuickSightColumn.text('airport')],
    refresh: QuickSightRefresh.daily('05:30', TimeZone.EUROPE_BERLIN),
  });
  const routes = QuickSightDataSet.direct(lake.datasets.dataset('routes'), {
    columns: [QuickSightColumn.integer('flights'), QuickSightColumn.boolean('open')],
  });
  const dashboards = new QuickSightDashboards(lake.stack, 'QuickSight', {
    workgroup: lake.workgroup,
    dataSets: [delays, routes],
    access: { owners: ['platform'], authors: ['analysts'], readers: ['everybody'] },
    dashboards: { 'Delays by month': definition },
    analyses: { Delays: definition },
    theme: QuickSightTheme.of({ name: 'Lake', dataColors: ['#1F77B4'], accent: '#0B5FFF' }),
    ...props,
  });
  return { ...lake, dashboards };
}
