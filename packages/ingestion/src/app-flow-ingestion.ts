import { type DataLocation, type IDataset, type IPipelineTask, LakeError } from '@lakewright/core';
import { type IResource, Names, Token } from 'aws-cdk-lib';
import * as appflow from 'aws-cdk-lib/aws-appflow';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { AppFlowFilter } from './app-flow-filter';
import type { AppFlowGrants } from './app-flow-grants';
import { AppFlowIngestionBase } from './app-flow-ingestion-base';
import { AppFlowMapping } from './app-flow-mapping';
import { AppFlowOutput } from './app-flow-output';
import type { AppFlowSource } from './app-flow-source';
import type { AppFlowTransform } from './app-flow-transform';
import { AppFlowTrigger } from './app-flow-trigger';
import type { AppFlowValidation } from './app-flow-validation';
import { catalogConfig, catalogRole, letRead, letWrite } from './private/app-flow-access';
import { flowTasks } from './private/app-flow-tasks';

/** A flow of Amazon AppFlow. */
export interface IAppFlowIngestion extends IResource, IPipelineTask {
  /**
   * The flow's name.
   * @attribute
   */
  readonly flowName: string;

  /**
   * `arn:aws:appflow:region:account:flow/name`
   * @attribute
   */
  readonly flowArn: string;

  /** Gives others the right to run it. */
  readonly grants: AppFlowGrants;

  /**
   * Starts something when a run fails or AppFlow deactivates the flow.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  onFailure(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * Starts something when a run has ended, well or not: the way from a scheduled flow to a pipeline.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  onRunEnded(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * One of the flow's metrics in `AWS/AppFlow`.
   *
   * @param metricName `FlowExecutionsStarted` and others
   * @param props what differs
   */
  metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Runs that failed.
   *
   * @param props what differs
   */
  metricRunsFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Runs that succeeded.
   *
   * @param props what differs
   */
  metricRunsSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Records that were taken.
   *
   * @param props what differs
   */
  metricRecordsProcessed(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How long runs took, in milliseconds.
   *
   * @param props what differs
   */
  metricRunTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** Where AppFlow registers what it wrote. */
export interface AppFlowCatalogOptions {
  /** The database; it has to exist. With Lake Formation the flow's role needs its grant there. */
  readonly database: glue.IDatabase;

  /** Put before the table names that AppFlow makes: the flow's role may touch these tables only. */
  readonly tablePrefix: string;
}

/** What an `AppFlowIngestion` is made of. */
export interface AppFlowIngestionProps {
  /** Application, connection, object. */
  readonly source: AppFlowSource;

  /** Where the files go: below it AppFlow makes a folder named after the flow. */
  readonly target: DataLocation;

  /**
   * Which fields to take.
   * @default AppFlowMapping.all()
   */
  readonly mapping?: AppFlowMapping;

  /**
   * Which records to take; all have to hold.
   * @default all records
   */
  readonly filters?: AppFlowFilter[];

  /**
   * Masks and cuts.
   * @default values stay as they are
   */
  readonly transforms?: AppFlowTransform[];

  /**
   * Which records may pass.
   * @default all may
   */
  readonly validations?: AppFlowValidation[];

  /**
   * When to run.
   * @default AppFlowTrigger.onDemand()
   */
  readonly trigger?: AppFlowTrigger;

  /**
   * Files and folders.
   * @default AppFlowOutput.parquet()
   */
  readonly output?: AppFlowOutput;

  /**
   * Where the files are registered as tables.
   * @default nowhere: declare a table or let a crawler make one
   */
  readonly catalog?: AppFlowCatalogOptions;

  /**
   * The table over the files: what a pipeline sees the flow write.
   * @default none is named
   */
  readonly dataset?: IDataset;

  /**
   * Encrypts what AppFlow holds of the data on its way. Who deploys needs `kms:CreateGrant` on it.
   * @default AppFlow's own key; the files are encrypted by their bucket's
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * The name; another one makes another flow, whose files go to another folder.
   * @default made of the construct's path, since AppFlow asks for a name
   */
  readonly flowName?: string;

  /**
   * Whether schedule and events start the flow.
   * @default true
   */
  readonly active?: boolean;

  /**
   * Shown in the console.
   * @default no description
   */
  readonly description?: string;
}

/**
 * Objects of a SaaS application into the lake, by Amazon AppFlow.
 *
 * The bucket's policy lets AppFlow write for this flow alone, below the target alone. In a pipeline (`bind`) the task starts
 * an on-demand flow and ends when that very run has ended.
 *
 * @see https://docs.aws.amazon.com/appflow/latest/userguide/flows.html
 */
export class AppFlowIngestion extends AppFlowIngestionBase {
  /**
   * An on-demand flow that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param flowName its name
   */
  public static fromFlowName(scope: Construct, id: string, flowName: string): IAppFlowIngestion {
    return new ImportedFlow(scope, id, flowName, []);
  }

  /**
   * An on-demand flow that was made elsewhere, with what it writes.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs how it is found
   */
  public static fromAppFlowIngestionAttributes(
    scope: Construct,
    id: string,
    attrs: AppFlowIngestionAttributes,
  ): IAppFlowIngestion {
    return new ImportedFlow(scope, id, attrs.flowName, attrs.writes ?? []);
  }

  /** The flow's name. */
  public readonly flowName: string;

  /** Where the files lie: the target's folder that is named after the flow. */
  public readonly location: DataLocation;

  /** The role with which AppFlow registers tables; undefined without a catalog. */
  public readonly catalogRole?: iam.IRole;

  private readonly onDemand: boolean;
  private readonly writes: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidFlowName`, `EventsNotOffered`, `FilterNotOffered`, `PullMismatch`, `UnmappedField`, `DuplicateTransform`,
   *   `NewFieldsNeedAllFields`
   */
  public constructor(scope: Construct, id: string, props: AppFlowIngestionProps) {
    super(scope, id, { physicalName: props.flowName && checkedName(props.flowName) });
    const { source, target } = props;
    const trigger = props.trigger ?? AppFlowTrigger.onDemand();
    const mapping = props.mapping ?? AppFlowMapping.all();
    checkTogether(source, trigger, mapping);
    const tasks = flowTasks({
      source,
      mapping,
      filters: props.filters ?? [],
      transforms: props.transforms ?? [],
      validations: props.validations ?? [],
    });

    // A text and no reference: policies that name the flow have to be there before it.
    this.flowName = props.flowName ?? Names.uniqueResourceName(this, { maxLength: 200, allowedSpecialCharacters: '-' });
    this.location = target.location(this.flowName);
    this.onDemand = trigger._config.triggerType === 'OnDemand';
    this.writes = props.dataset ? [props.dataset] : [];
    const before = letWrite(this, target, this.flowArn);
    if (source._location) before.push(...letRead(this, source._location, this.flowArn));
    const { catalog } = props;
    const role = catalog && catalogRole(this, catalog, this.flowArn);
    this.catalogRole = role;

    const field = trigger._pull?._field;
    const resource = new appflow.CfnFlow(this, 'Resource', {
      flowName: this.flowName,
      description: props.description,
      flowStatus: props.active === false ? 'Suspended' : 'Active',
      kmsArn: props.encryptionKey?.keyArn,
      triggerConfig: trigger._config,
      sourceFlowConfig: {
        ...source._config,
        ...(field === undefined ? {} : { incrementalPullConfig: { datetimeTypeFieldName: field } }),
      },
      destinationFlowConfigList: [
        {
          connectorType: 'S3',
          destinationConnectorProperties: {
            s3: {
              bucketName: target.bucket.bucketName,
              ...(target.prefix === '' ? {} : { bucketPrefix: target.prefix }),
              s3OutputFormatConfig: (props.output ?? AppFlowOutput.parquet())._config,
            },
          },
        },
      ],
      tasks,
      ...(catalog && role ? { metadataCatalogConfig: catalogConfig(catalog, role) } : {}),
    });
    resource.node.addDependency(...before, ...(role ? [role] : []));
  }

  /** @internal */
  protected _lineage(): IDataset[] {
    return this.writes;
  }

  /** @internal */
  protected _startable(): boolean {
    return this.onDemand;
  }
}

/** How a flow that exists is found. */
export interface AppFlowIngestionAttributes {
  /** Its name. */
  readonly flowName: string;

  /**
   * The tables over its files.
   * @default unknown
   */
  readonly writes?: IDataset[];
}

class ImportedFlow extends AppFlowIngestionBase {
  public constructor(
    scope: Construct,
    id: string,
    public readonly flowName: string,
    private readonly writes: IDataset[],
  ) {
    super(scope, id);
  }

  protected _lineage(): IDataset[] {
    return this.writes;
  }

  protected _startable(): boolean {
    return true;
  }
}

/** @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_CreateFlow.html */
function checkedName(name: string): string {
  if (!Token.isUnresolved(name) && !/^[a-zA-Z0-9][\w!@#.-]{0,255}$/.test(name)) {
    throw new Error(
      LakeError.message(
        'InvalidFlowName',
        `flow name "${name}"`,
        'up to 256 letters, digits and _ ! @ # . -, a letter or digit first',
        'leave it out, or write it like "crm-contacts"',
      ),
    );
  }
  return name;
}

function checkTogether(source: AppFlowSource, trigger: AppFlowTrigger, mapping: AppFlowMapping): void {
  const { name, events: offersEvents, type } = source._connector;
  if (trigger._config.triggerType === 'Event' && !offersEvents) {
    throw new Error(
      LakeError.message(
        'EventsNotOffered',
        `AppFlowTrigger.event() with ${name}`,
        'Salesforce sends events, the others do not',
        'use AppFlowTrigger.schedule or onDemand',
      ),
    );
  }
  const pull = trigger._pull;
  const incremental = pull?._mode === 'Incremental';
  if (incremental && (type === 'S3') !== (pull?._field === undefined)) {
    const s3 = type === 'S3';
    throw new Error(
      LakeError.message(
        'PullMismatch',
        s3
          ? `AppFlowPull.incremental("${pull?._field}") with files of Amazon S3`
          : `AppFlowPull.newFiles() with ${name}`,
        s3 ? 'files have no field to go by' : 'only files of Amazon S3 are taken by their arrival',
        s3 ? 'use AppFlowPull.newFiles()' : 'name the field that tells of changes: AppFlowPull.incremental(field)',
      ),
    );
  }
  const { salesforce } = source._config.sourceConnectorProperties as { salesforce?: SalesforceJson };
  if (salesforce?.enableDynamicFieldUpdate && mapping._mapped !== undefined) {
    throw new Error(
      LakeError.message(
        'NewFieldsNeedAllFields',
        'newFields: true with a list of fields',
        'new fields come with AppFlowMapping.all() only',
        'take one of the two away',
      ),
    );
  }
}

interface SalesforceJson {
  readonly enableDynamicFieldUpdate: boolean;
}
