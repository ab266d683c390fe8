import { join } from 'node:path';
import type { LakeCatalog } from '@lakewright/catalog';
import { AthenaWorkgroup } from '@lakewright/consumption';
import type { LakeEnvironment } from '@lakewright/core';
import {
  DashboardBundle,
  QuickSightColumn,
  QuickSightDashboards,
  QuickSightDataSet,
  QuickSightDefinition,
  QuickSightRefresh,
  Superset,
  SupersetAddress,
} from '@lakewright/visualization';
import { Size, TimeZone } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DATASETS, PERSONAL } from './schemas';

const APP = join(__dirname, '..');

/** What people look at: `cdk synth -c dashboards=quicksight`. */
export const DASHBOARDS = ['superset', 'quicksight', 'none'] as const;

export interface DashboardsProps {
  readonly environment: LakeEnvironment;
  readonly catalog: LakeCatalog;
  readonly kind: (typeof DASHBOARDS)[number];
}

/** "Delays", in Superset or in QuickSight. Data sets without personal data are read whole, customers as analysts see them. */
export class Dashboards extends Construct {
  /** Who is to see customers as analysts do. */
  public readonly analysts: iam.IGrantable[] = [];

  public constructor(scope: Construct, id: string, props: DashboardsProps) {
    super(scope, id);
    if (props.kind === 'superset') this.superset(props);
    if (props.kind === 'quicksight') this.quickSight(props);
  }

  private superset({ environment, catalog: { datasets } }: DashboardsProps): void {
    const superset = new Superset(this, 'Superset', {
      address: SupersetAddress.cloudFront(),
      workgroup: this.workgroup(environment),
      reads: PUBLIC.map((name) => datasets.dataset(name)),
      dashboards: DashboardBundle.fromFolder(join(APP, 'dashboards'), {
        datasets: Object.keys(DATASETS).map((name) => datasets.dataset(name)),
      }),
      environment,
    });
    this.analysts.push(superset);
  }

  private quickSight({ environment, catalog: { datasets } }: DashboardsProps): void {
    new QuickSightDashboards(this, 'QuickSight', {
      workgroup: this.workgroup(environment),
      dataSets: PUBLIC.map((name) =>
        QuickSightDataSet.spice(datasets.dataset(name), {
          columns: (DATASETS[name] ?? []).map(columnOf),
          refresh: QuickSightRefresh.daily('05:00', TimeZone.ETC_UTC), // the pipeline begins at three
        }),
      ),
      dashboards: { Delays: QuickSightDefinition.fromFile(join(APP, 'quicksight', 'delays.json')) },
      access: { owners: ['lake-owners'], authors: ['lake-authors'], readers: ['lake-readers'] },
      environment,
    });
  }

  private workgroup(environment: LakeEnvironment): AthenaWorkgroup {
    return new AthenaWorkgroup(this, 'Queries', { environment, scanLimit: Size.gibibytes(10) });
  }
}

const PUBLIC = Object.keys(DATASETS).filter((name) => name !== PERSONAL);

function columnOf({ name, type }: glue.Column): QuickSightColumn {
  switch (type.inputString) {
    case glue.Schema.STRING.inputString:
      return QuickSightColumn.text(name);
    case glue.Schema.DOUBLE.inputString:
      return QuickSightColumn.decimal(name);
    default:
      return QuickSightColumn.integer(name);
  }
}
