import { type IDataset, type IPipelineTask, LakeError, NagFindings } from '@lakewright/core';
import { type IResource, Token } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CrawlerBase } from './crawler-base';
import type { CrawlerClassifier } from './crawler-classifier';
import type { CrawlerGrants } from './crawler-grants';
import { RecrawlPolicy, SchemaChangePolicy, type TableGrouping } from './crawler-policies';
import type { CrawlerTarget } from './crawler-target';
import type { ILakeDatabase } from './lake-database';
import { crawlerRole } from './private/crawler-role';

/** A Glue crawler: finds files and keeps tables for them. */
export interface ICrawler extends IResource, IPipelineTask {
  /**
   * The crawler's name.
   * @attribute
   */
  readonly crawlerName: string;

  /**
   * `arn:aws:glue:region:account:crawler/name`
   * @attribute
   */
  readonly crawlerArn: string;

  /** Gives others the right to run it. */
  readonly grants: CrawlerGrants;

  /**
   * Starts something when a crawl fails, whoever started it.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  onFailure(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * Starts something when a crawl starts, succeeds or fails.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  onStateChange(id: string, options?: events.OnEventOptions): events.Rule;
}

/** What a `Crawler` is made of. */
export interface CrawlerProps {
  /** Where the tables go. */
  readonly database: ILakeDatabase;

  /** What to crawl. */
  readonly targets: CrawlerTarget[];

  /**
   * The tables that it makes: what a pipeline sees it write.
   * @default a table for each target, named after the last folder as Glue does it
   */
  readonly tables?: string[];

  /**
   * The name.
   * @default CloudFormation makes one, so that the crawler can be replaced
   */
  readonly crawlerName?: string;

  /**
   * Put before the tables' names.
   * @default no prefix
   */
  readonly tablePrefix?: string;

  /**
   * What to read when it runs again.
   * @default RecrawlPolicy.everything()
   */
  readonly recrawl?: RecrawlPolicy;

  /**
   * What to do when a schema has changed.
   * @default SchemaChangePolicy.update(), or logOnly() with RecrawlPolicy.newFoldersOnly()
   */
  readonly schemaChange?: SchemaChangePolicy;

  /**
   * How many tables to make of many folders.
   * @default TableGrouping.bySimilarity()
   */
  readonly grouping?: TableGrouping;

  /**
   * Whether partitions take schema and format from their table, as Athena expects.
   * @default true
   */
  readonly partitionsInherit?: boolean;

  /**
   * Tried before Glue's own classifiers, in this order.
   * @default only Glue's own
   */
  readonly classifiers?: CrawlerClassifier[];

  /**
   * When to run; a cron expression in UTC, at least five minutes apart.
   * @default only when started, by hand or by a pipeline
   */
  readonly schedule?: events.Schedule;

  /**
   * The role that reads the targets and writes the tables; gets what it needs.
   * @default a role with exactly these rights
   */
  readonly role?: iam.IRole;

  /**
   * Encrypts the crawler's log.
   * @default the log of all crawlers of the account, `/aws-glue/crawlers`, with its settings
   */
  readonly securityConfiguration?: glue.ISecurityConfiguration;

  /**
   * Shown in the console.
   * @default no description
   */
  readonly description?: string;
}

/**
 * A Glue crawler with a role that may read exactly its targets and write exactly its database.
 *
 * Declared tables are to be preferred where the schema is known: a crawler guesses. In a pipeline (`bind`) it waits for a
 * crawl that runs already and then crawls once more, so that files which came in between are not missed.
 */
export class Crawler extends CrawlerBase {
  /**
   * A crawler that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param crawlerName its name
   */
  public static fromCrawlerName(scope: Construct, id: string, crawlerName: string): ICrawler {
    return new ImportedCrawler(scope, id, crawlerName, []);
  }

  /**
   * A crawler that was made elsewhere, with what it writes.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs how it is found
   */
  public static fromCrawlerAttributes(scope: Construct, id: string, attrs: CrawlerAttributes): ICrawler {
    return new ImportedCrawler(scope, id, attrs.crawlerName, attrs.writes ?? []);
  }

  /** The crawler's name. */
  public readonly crawlerName: string;
  /** The role that reads the targets and writes the tables. */
  public readonly role: iam.IRole;

  private readonly reads: IDataset[];
  private readonly writes: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NoTargets`, `CatalogTargetsAlone`, `ScheduleNotCron`, `NewFoldersNeedLogOnly`
   */
  public constructor(scope: Construct, id: string, props: CrawlerProps) {
    super(scope, id, { physicalName: props.crawlerName });
    const { database } = props;
    const recrawl = props.recrawl ?? RecrawlPolicy.everything();
    const schemaChange = props.schemaChange ?? (recrawl._logsOnly ? logOnly : SchemaChangePolicy.update());
    check(props, recrawl, schemaChange);

    this.role = crawlerRole(this, props);
    const resource = new glue.CfnCrawler(this, 'Resource', {
      name: props.crawlerName,
      description: props.description,
      role: this.role.roleArn,
      databaseName: database.databaseName,
      targets: mergeTargets(props.targets),
      tablePrefix: props.tablePrefix,
      classifiers: props.classifiers?.map((classifier, index) => classifier._bind(this, `Classifier${index + 1}`)),
      recrawlPolicy: { recrawlBehavior: recrawl._behavior },
      schemaChangePolicy: { updateBehavior: schemaChange._update, deleteBehavior: schemaChange._delete },
      configuration: configuration(props, schemaChange),
      crawlerSecurityConfiguration: props.securityConfiguration?.securityConfigurationName,
      schedule: props.schedule && { scheduleExpression: props.schedule.expressionString },
      // With Lake Formation alone the role has no rights on objects: Lake Formation vends the credentials.
      lakeFormationConfiguration: { useLakeFormationCredentials: !database.permissions.usesIam },
    });
    resource.node.addDependency(this.role);
    if (!props.securityConfiguration) {
      const reason =
        'the log of all crawlers has names of files, tables and columns, and no data; see securityConfiguration';
      NagFindings.acknowledge(resource, ['AwsSolutions-GL1'], reason);
    }
    this.crawlerName = this.getResourceNameAttribute(resource.ref);

    const prefix = props.tablePrefix ?? '';
    const tables = props.tables ?? props.targets.flatMap(({ _tables }) => _tables.map((name) => `${prefix}${name}`));
    this.reads = props.targets.flatMap(({ _reads }) => _reads);
    this.writes = tables.map((name) => database.dataset(name));
  }

  /** @internal */
  protected _lineage(): { reads: IDataset[]; writes: IDataset[] } {
    return { reads: this.reads, writes: this.writes };
  }
}

/** How a crawler that exists is found. */
export interface CrawlerAttributes {
  /** Its name. */
  readonly crawlerName: string;

  /**
   * The tables that it makes.
   * @default unknown
   */
  readonly writes?: IDataset[];
}

class ImportedCrawler extends CrawlerBase {
  public constructor(
    scope: Construct,
    id: string,
    public readonly crawlerName: string,
    private readonly writes: IDataset[],
  ) {
    super(scope, id);
  }

  protected _lineage(): { reads: IDataset[]; writes: IDataset[] } {
    return { reads: [], writes: this.writes };
  }
}

const logOnly = SchemaChangePolicy.logOnly();

function check({ targets, schedule }: CrawlerProps, recrawl: RecrawlPolicy, schemaChange: SchemaChangePolicy): void {
  const kinds = targets.map(({ _targets }) => Object.keys(_targets)[0]);
  if (targets.length === 0) {
    refuse('NoTargets', 'a crawler without targets', 'at least one', 'add CrawlerTarget.s3(zone.location(…))');
  }
  if (kinds.includes('catalogTargets') && targets.length > 1) {
    refuse(
      'CatalogTargetsAlone',
      'CrawlerTarget.catalogTables beside other targets',
      'Glue takes catalog tables alone',
      'give all tables to one CrawlerTarget.catalogTables, and other targets to another crawler',
    );
  }
  const expression = schedule?.expressionString;
  if (expression !== undefined && !Token.isUnresolved(expression) && !expression.startsWith('cron(')) {
    refuse('ScheduleNotCron', `schedule "${expression}"`, 'crawlers know cron expressions only', 'use Schedule.cron');
  }
  if (recrawl._logsOnly && (schemaChange._update !== 'LOG' || schemaChange._delete !== 'LOG')) {
    refuse(
      'NewFoldersNeedLogOnly',
      'RecrawlPolicy.newFoldersOnly() with a schema change policy that updates',
      'Glue updates no table from new folders alone',
      'use SchemaChangePolicy.logOnly(), or RecrawlPolicy.everything()',
    );
  }
}

function refuse(code: string, wrote: string, allowed: string, change: string): never {
  throw new Error(LakeError.message(code, wrote, allowed, change));
}

function mergeTargets(targets: CrawlerTarget[]): glue.CfnCrawler.TargetsProperty {
  const merged: Record<string, unknown[]> = {};
  for (const { _targets } of targets) {
    for (const [kind, list] of Object.entries(_targets)) merged[kind] = [...(merged[kind] ?? []), ...list];
  }
  return merged;
}

/** @see https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html */
function configuration({ grouping, partitionsInherit }: CrawlerProps, schemaChange: SchemaChangePolicy): string {
  const output = {
    ...(partitionsInherit === false ? {} : { Partitions: { AddOrUpdateBehavior: 'InheritFromTable' } }),
    ...(schemaChange._mergesColumns ? { Tables: { AddOrUpdateBehavior: 'MergeNewColumns' } } : {}),
  };
  return JSON.stringify({
    Version: 1,
    ...(Object.keys(output).length > 0 ? { CrawlerOutput: output } : {}),
    ...(grouping && Object.keys(grouping._grouping).length > 0 ? { Grouping: grouping._grouping } : {}),
  });
}
