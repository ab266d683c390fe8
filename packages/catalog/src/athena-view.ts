import {
  type DataLocation,
  type DatasetGrants,
  type IAthenaWorkgroup,
  type IDataset,
  LakeAccess,
  type LakeEnvironment,
  LakeError,
  type PermissionModel,
} from '@lakewright/core';
import { CustomResource, Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ILakeDatabase } from './lake-database';
import { AthenaViewProvider } from './private/athena-view-provider';

/** What an `AthenaView` is made of. */
export interface AthenaViewProps {
  /** Where the view is catalogued. */
  readonly database: ILakeDatabase;

  /** The name, by which SQL calls it: lower case. */
  readonly viewName: string;

  /** What it shows: a `SELECT` (or `WITH …`) of Athena SQL, up to 60,000 characters. */
  readonly query: string;

  /**
   * The tables and views that the query reads. They have to be there before the view: where a stack makes them, say so with
   * `view.node.addDependency(table)`.
   */
  readonly reads: IDataset[];

  /**
   * Where the DDL runs.
   *
   * The provider is one more principal of that workgroup: best give it one that no person uses.
   */
  readonly workgroup: IAthenaWorkgroup;

  /**
   * How long the provider's log is kept; the first view of a stack decides.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * A view, made and replaced by Athena's DDL when the stack is deployed: Athena writes its definition, with the types of
 * the columns, as Athena reads it. Removing the construct drops the view; it has no data of its own.
 *
 * Who queries it needs rights on what it reads as well. A new type or column of a table below comes into the view when its
 * query is next changed.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/create-view.html
 */
export class AthenaView extends Construct implements IDataset {
  /** The database's name. */
  public readonly databaseName: string;
  /** The view's name. */
  public readonly tableName: string;
  /** `arn:aws:glue:region:account:catalog` */
  public readonly catalogArn: string;
  /** `arn:aws:glue:region:account:database/name` */
  public readonly databaseArn: string;
  /** `arn:aws:glue:region:account:table/database/name` */
  public readonly tableArn: string;
  /** None: a view has no data of its own. */
  public readonly location?: DataLocation;
  /** Who decides about access. */
  public readonly permissions: PermissionModel;
  /** Gives access to the view's definition; what it reads is granted by its own data sets. */
  public readonly grants: DatasetGrants;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidViewQuery`
   */
  public constructor(scope: Construct, id: string, props: AthenaViewProps) {
    super(scope, id);
    const { database, query, reads, workgroup } = props;
    checkQuery(props);
    const dataset = database.dataset(props.viewName);
    ({
      databaseName: this.databaseName,
      tableName: this.tableName,
      catalogArn: this.catalogArn,
      databaseArn: this.databaseArn,
      tableArn: this.tableArn,
      permissions: this.permissions,
      grants: this.grants,
    } = dataset);

    const provider = AthenaViewProvider.of(this, props.environment);
    const grant = provider.admit(dataset, reads, workgroup);
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::LakewrightAthenaView',
      serviceToken: provider.serviceToken,
      serviceTimeout: Duration.minutes(10),
      properties: {
        Database: database.databaseName,
        View: this.tableName,
        Query: query,
        Workgroup: workgroup.workgroupName,
        ResultLocation: workgroup.resultLocation(provider.role).uri,
      },
    });
    grant.applyBefore(resource);
    LakeAccess.of(this).applyBefore(provider.role, resource);
    resource.node.addDependency(database, ...reads.filter(Construct.isConstruct));
  }
}

/** CloudFormation sends a request of up to 256 KB in all, Athena takes a statement of that size in bytes. */
const MAX_QUERY = 60_000;

function checkQuery({ viewName, query }: AthenaViewProps): void {
  if (Token.isUnresolved(query)) return;
  const begins = /^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*(select|with)\b/i.test(query);
  if (begins && query.length <= MAX_QUERY) return;
  throw new Error(
    LakeError.message(
      'InvalidViewQuery',
      `query "${query.trim().slice(0, 40)}" (${query.length} characters) of view "${viewName}"`,
      `SELECT … or WITH …, up to ${MAX_QUERY} characters`,
      'give what stands after AS in CREATE VIEW',
    ),
  );
}
