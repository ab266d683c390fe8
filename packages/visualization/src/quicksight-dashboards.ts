import { AccessLevel, type IAthenaWorkgroup, LakeAccess, LakeEnvironment, NagFindings } from '@lakewright/core';
import { CfnOutput, Names, Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as quicksight from 'aws-cdk-lib/aws-quicksight';
import type { Construct } from 'constructs';
import { bound } from './private/quicksight/check-definition';
import { QuickSightIdentity } from './private/quicksight/identity';
import { type Groups, type Kind, type Permission, permissionsOn } from './private/quicksight/permissions';
import { refuse } from './private/refuse';
import type { QuickSightDataSet } from './quicksight-data-set';
import type { QuickSightDefinition } from './quicksight-definition';
import type { QuickSightTheme } from './quicksight-theme';

/** Groups of QuickSight, by name. */
export interface QuickSightAccess {
  /** They may do all with what the construct makes. */
  readonly owners: string[];

  /**
   * They look at dashboards, and make analyses and dashboards of their own from the data sets.
   * @default none
   */
  readonly authors?: string[];

  /**
   * They look at dashboards.
   * @default none
   */
  readonly readers?: string[];
}

/** What `QuickSightDashboards` is made of. */
export interface QuickSightDashboardsProps {
  /** Where queries run, in the name of the construct's role. */
  readonly workgroup: IAthenaWorkgroup;

  /** The tables that are shown. */
  readonly dataSets: QuickSightDataSet[];

  /** Who may do what. */
  readonly access: QuickSightAccess;

  /**
   * Dashboards by their titles.
   * @default none
   */
  readonly dashboards?: Record<string, QuickSightDefinition>;

  /**
   * Analyses by their titles: what authors look at, and owners change.
   * @default none
   */
  readonly analyses?: Record<string, QuickSightDefinition>;

  /**
   * How dashboards and analyses look.
   * @default QuickSight's own theme
   */
  readonly theme?: QuickSightTheme;

  /**
   * The shared folder that has all of it.
   * @default "Lake"
   */
  readonly folderName?: string;

  /**
   * Of the groups.
   * @default "default"
   */
  readonly namespace?: string;

  /**
   * The region of QuickSight's users and groups, which is that of the sign-up. When it is given, nobody looks whether the groups
   * are there.
   * @default found while the stack is deployed
   */
  readonly identityRegion?: string;

  /**
   * Retention of the log. All else is in the code, and goes with the stack.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * Tables of the lake in Amazon QuickSight, with dashboards and analyses from definitions that are kept as code.
 *
 * QuickSight queries as a role of the construct, which reads these tables and nothing else, whatever the role of the account may. Under
 * Lake Formation the role and the groups of authors and owners get the grants.
 *
 * @see https://docs.aws.amazon.com/quicksight/latest/user/welcome.html
 */
export class QuickSightDashboards extends Resource implements iam.IGrantable {
  /** As whom QuickSight queries. */
  public readonly role: iam.Role;
  /** As whom QuickSight queries. */
  public readonly grantPrincipal: iam.IPrincipal;
  /** The region of users and groups. */
  public readonly identityRegion: string;
  /** ARNs of dashboards by their titles. */
  public readonly dashboardArns: Record<string, string> = {};
  /** ARNs of analyses by their titles. */
  public readonly analysisArns: Record<string, string> = {};
  /** What has to be there, and can't be made by CloudFormation. */
  public readonly prerequisites: string[];

  private readonly groups: Groups;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `DuplicateDataSet`, `NoOwner`, `BrokenDefinition`
   */
  public constructor(scope: Construct, id: string, props: QuickSightDashboardsProps) {
    super(scope, id);
    const { access, dataSets, workgroup, namespace = 'default' } = props;
    check(props);
    const environment = props.environment ?? LakeEnvironment.production();
    const { owners, authors = [], readers = [] } = access;
    const groups = [...owners, ...authors, ...readers];
    this.identityRegion =
      props.identityRegion ?? new QuickSightIdentity(this, 'Identity', { namespace, groups, environment }).region;
    const arn = (name: string) =>
      this.stack.formatArn({
        service: 'quicksight',
        region: this.identityRegion,
        resource: 'group',
        resourceName: `${namespace}/${name}`,
      });
    this.groups = { owners: owners.map(arn), authors: authors.map(arn), readers: readers.map(arn) };

    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('quicksight.amazonaws.com'),
      description: 'QuickSight: reads the tables of its data sets',
    });
    this.grantPrincipal = this.role;
    NagFindings.acknowledgeOwnPolicy(this.role, 'objects of tables and results of queries have no fixed names');
    const query = workgroup.grants.query(this.role);
    for (const { dataset } of dataSets) this.letRead(dataset);

    const folderArn = this.folder(props.folderName ?? 'Lake');
    const source = new quicksight.CfnDataSource(this, 'DataSource', {
      awsAccountId: this.stack.account,
      dataSourceId: this.idOf('source'),
      name: props.folderName ?? 'Lake',
      type: 'ATHENA',
      dataSourceParameters: {
        athenaParameters: { workGroup: workgroup.workgroupName, roleArn: this.role.roleArn },
      },
      permissions: this.permissions('dataSource'),
    });
    query.applyBefore(source);
    LakeAccess.of(this).applyBefore(this.role, source);
    source.node.addDependency(this.role);

    const arns = new Map(dataSets.map((one) => [one, this.dataSet(one, source, folderArn)]));
    const themeArn = props.theme ? this.theme(props.theme) : undefined;
    const definitionOf = (definition: QuickSightDefinition) =>
      bound(definition, dataSets, (dataSet) => arns.get(dataSet) ?? '');
    for (const [title, definition] of Object.entries(props.dashboards ?? {})) {
      const dashboard = new quicksight.CfnDashboard(this, `Dashboard${wordOf(title)}`, {
        awsAccountId: this.stack.account,
        dashboardId: this.idOf(`dashboard-${wordOf(title)}`),
        name: title,
        permissions: this.permissions('dashboard'),
        folderArns: [folderArn],
        ...(themeArn ? { themeArn } : {}),
        validationStrategy: { mode: 'STRICT' },
      });
      // as the API has it, which is as CloudFormation has it; the typed property has other spellings
      dashboard.addPropertyOverride('Definition', definitionOf(definition));
      this.dashboardArns[title] = dashboard.attrArn;
    }
    for (const [title, definition] of Object.entries(props.analyses ?? {})) {
      const analysis = new quicksight.CfnAnalysis(this, `Analysis${wordOf(title)}`, {
        awsAccountId: this.stack.account,
        analysisId: this.idOf(`analysis-${wordOf(title)}`),
        name: title,
        permissions: this.permissions('analysis'),
        folderArns: [folderArn],
        ...(themeArn ? { themeArn } : {}),
        validationStrategy: { mode: 'STRICT' },
      });
      analysis.addPropertyOverride('Definition', definitionOf(definition));
      this.analysisArns[title] = analysis.attrArn;
    }
    this.prerequisites = [
      'QuickSight is signed up for in this account, Enterprise edition',
      `its namespace "${namespace}" has the groups ${groups.join(', ')}, and people in them`,
      `whoever deploys may iam:PassRole ${this.node.path}/Role to quicksight.amazonaws.com`,
      ...(dataSets.some(({ isSpice }) => isSpice) ? ['SPICE has capacity left for the data sets, in this region'] : []),
    ];
    new CfnOutput(this, 'Prerequisites', { value: this.prerequisites.map((one) => `- ${one}`).join('\n') });
  }

  /** The role reads as IAM and Lake Formation say; Lake Formation may ask for who makes a data set as well. */
  private letRead(dataset: QuickSightDataSet['dataset']): void {
    dataset.grants.read(this.role);
    if (!dataset.permissions.usesLakeFormation) return;
    for (const arn of [...this.groups.owners, ...this.groups.authors]) {
      LakeAccess.of(this).record({ dataset, grantee: new iam.ArnPrincipal(arn), level: AccessLevel.READ });
    }
  }

  private folder(name: string): string {
    const folder = new quicksight.CfnFolder(this, 'Folder', {
      awsAccountId: this.stack.account,
      folderId: this.idOf('folder'),
      folderType: 'SHARED',
      name,
      permissions: this.permissions('folder'),
    });
    return folder.attrArn;
  }

  private dataSet(dataSet: QuickSightDataSet, source: quicksight.CfnDataSource, folderArn: string): string {
    const { dataset, name, columns, isSpice, refresh } = dataSet;
    const id = `DataSet${wordOf(name)}`;
    const dataSetId = this.idOf(`data-${wordOf(name)}`);
    const resource = new quicksight.CfnDataSet(this, id, {
      awsAccountId: this.stack.account,
      dataSetId,
      name,
      importMode: isSpice ? 'SPICE' : 'DIRECT_QUERY',
      physicalTableMap: {
        table: {
          relationalTable: {
            dataSourceArn: source.attrArn,
            catalog: 'AwsDataCatalog',
            schema: dataset.databaseName,
            name: dataset.tableName,
            inputColumns: columns.map((column) => ({ name: column.name, type: column.type })),
          },
        },
      },
      permissions: this.permissions('dataSet'),
      folderArns: [folderArn],
    });
    if (refresh) {
      const { interval, at, timeZone, day } = refresh;
      const schedule = new quicksight.CfnRefreshSchedule(this, `${id}Refresh`, {
        awsAccountId: this.stack.account,
        dataSetId,
        schedule: {
          scheduleId: 'lakewright',
          refreshType: 'FULL_REFRESH',
          scheduleFrequency: {
            interval,
            ...(at ? { timeOfTheDay: at, timeZone } : {}),
            ...(day ? { refreshOnDay: { dayOfWeek: day } } : {}),
          },
        },
      });
      schedule.node.addDependency(resource);
    }
    return resource.attrArn;
  }

  private theme({ options }: QuickSightTheme): string {
    const { name, dataColors, background, text, accent } = options;
    const theme = new quicksight.CfnTheme(this, 'Theme', {
      awsAccountId: this.stack.account,
      themeId: this.idOf('theme'),
      baseThemeId: 'CLASSIC',
      name,
      configuration: {
        ...(dataColors ? { dataColorPalette: { colors: dataColors } } : {}),
        uiColorPalette: { primaryBackground: background, primaryForeground: text, accent },
      },
      permissions: this.permissions('theme'),
    });
    return theme.attrArn;
  }

  private permissions(kind: Kind): Permission[] | undefined {
    const permissions = permissionsOn(kind, this.groups);
    return permissions.length > 0 ? permissions : undefined;
  }

  /** Of an account and region: QuickSight makes none by itself. */
  private idOf(what: string): string {
    return `${Names.uniqueResourceName(this, { maxLength: 120, separator: '-' })}-${what}`;
  }
}

function check({ access, dataSets }: QuickSightDashboardsProps): void {
  if (access.owners.length === 0) {
    refuse(
      'NoOwner',
      'access.owners "[]"',
      'one group at least: nobody else may change or share anything',
      'name a group',
    );
  }
  const names = dataSets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice)
    refuse('DuplicateDataSet', `two data sets "${twice}"`, 'a name for each', 'give one of them another "name"');
}

/** `Delays by month` → `DelaysByMonth` */
function wordOf(text: string): string {
  return text.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
}
