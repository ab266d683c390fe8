import type { GrantOptions } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { LfTagExpression } from './lf-tag-expression';
import { StagePermissions } from './private/stage-permissions';

/**
 * Gives rights on all databases and tables whose LF-Tags match; see `Grants` and `LfTag`.
 *
 * IAM's half is given on the databases of `LakeFormation`; Lake Formation decides which of their tables are meant.
 */
export class TagPermissions {
  /** @internal */
  public constructor(private readonly expression: LfTagExpression) {}

  /**
   * See databases and definitions of tables.
   *
   * @param grantee who may describe
   * @param options whether the right may be passed on
   */
  public describe(grantee: iam.IGrantable, options?: GrantOptions): TagPermissions {
    return this.give(grantee, options, DESCRIBE, ['DESCRIBE'], ['DESCRIBE']);
  }

  /**
   * Read tables, or those of their columns that match. Rows can't be left out: data filters belong to named grants.
   *
   * @param grantee who may read
   * @param options whether the right may be passed on
   */
  public read(grantee: iam.IGrantable, options?: GrantOptions): TagPermissions {
    return this.give(grantee, options, DESCRIBE, ['DESCRIBE'], ['DESCRIBE', 'SELECT']);
  }

  /**
   * Read and write tables, change and drop them. Where the tags match some columns only, it is SELECT on these.
   *
   * @param grantee who may write
   * @param options whether the right may be passed on
   */
  public write(grantee: iam.IGrantable, options?: GrantOptions): TagPermissions {
    const tables = ['ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'];
    return this.give(grantee, options, [...DESCRIBE, ...WRITE], ['DESCRIBE'], tables);
  }

  /**
   * Make tables in the databases that match. Where their data may lie is granted by `Grants.onLocation`.
   *
   * @param grantee who may make tables
   * @param options whether the right may be passed on
   */
  public createTables(grantee: iam.IGrantable, options?: GrantOptions): TagPermissions {
    return this.give(grantee, options, [...DESCRIBE, 'glue:CreateTable'], ['CREATE_TABLE', 'DESCRIBE'], []);
  }

  private give(
    grantee: iam.IGrantable,
    options: GrantOptions | undefined,
    actions: string[],
    databasePermissions: string[],
    tablePermissions: string[],
  ): TagPermissions {
    const conditions = this.expression._conditions;
    const Expression = conditions.map(({ tag, values }) => ({ TagKey: tag.key, TagValues: values }));
    const on = (ResourceType: string) => ({ LFTagPolicy: { ResourceType, Expression } });
    const grantable = options?.grantable;
    for (const tag of conditions.slice(0, 1).map((condition) => condition.tag)) {
      const stage = StagePermissions.of(tag);
      stage.whenReady(() => {
        const stack = stage.forGrantee(grantee);
        stack.follow(() => conditions.map((condition) => condition.tag));
        stack.grant(grantee, (principal) => {
          const { permissions } = stack;
          permissions.grant({ principal, resource: on('DATABASE'), permissions: databasePermissions, grantable });
          if (tablePermissions.length === 0) return;
          permissions.grant({ principal, resource: on('TABLE'), permissions: tablePermissions, grantable });
        });
        for (const database of stage.settings.databases) {
          const home = Stack.of(database);
          const table = { service: 'glue', resource: 'table', resourceName: `${database.databaseName}/*` };
          const catalog = { service: 'glue', resource: 'catalog' };
          const resourceArns = [home.formatArn(catalog), database.databaseArn, home.formatArn(table)];
          iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
        }
      }, `a grant on the LF-Tag "${tag.key}"`);
    }
    iam.Grant.addToPrincipal({ grantee, actions: ['lakeformation:GetDataAccess'], resourceArns: ['*'] });
    return this;
  }
}

const DESCRIBE = [
  'glue:GetDatabase',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:BatchGetPartition',
];

const WRITE = [
  'glue:UpdateTable',
  'glue:DeleteTable',
  'glue:CreatePartition',
  'glue:BatchCreatePartition',
  'glue:UpdatePartition',
  'glue:DeletePartition',
  'glue:BatchDeletePartition',
];
