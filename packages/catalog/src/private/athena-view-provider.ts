import { AccessLevel, type IAthenaWorkgroup, type IDataset, LakeAccess, type LakeEnvironment } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ProviderFunction } from './provider-function';

/** Runs the DDL of all views of a stack, with rights on exactly these views and the definitions of what they read. */
export class AthenaViewProvider {
  public static of(scope: Construct, environment?: LakeEnvironment): AthenaViewProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID);
    if (existing instanceof ProviderFunction) return new AthenaViewProvider(existing);
    return new AthenaViewProvider(new ProviderFunction(stack, ID, 'athenaView', environment));
  }

  public get role(): iam.IRole {
    return this.provider.role;
  }

  public get serviceToken(): string {
    return this.provider.functionArn;
  }

  private constructor(private readonly provider: ProviderFunction) {}

  /** Gives what the DDL of one view needs. No right on objects: a view has none, and making one reads none. */
  public admit(view: IDataset, reads: IDataset[], workgroup: IAthenaWorkgroup): iam.Grant {
    const { role } = this.provider;
    const allow = (actions: string[], resourceArns: string[]) =>
      iam.Grant.addToPrincipal({ grantee: role, actions, resourceArns });
    LakeAccess.of(this.provider).record({ dataset: view, grantee: role, level: AccessLevel.WRITE });
    const grants = [
      allow(
        [
          'glue:GetDatabase',
          'glue:GetTable',
          'glue:GetTables',
          'glue:CreateTable',
          'glue:UpdateTable',
          'glue:DeleteTable',
        ],
        [view.catalogArn, view.databaseArn, view.tableArn],
      ),
      // Athena looks at the database "default" first, whatever the statement names.
      // https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
      allow(
        ['glue:GetDatabase'],
        [Stack.of(this.provider).formatArn({ service: 'glue', resource: 'database', resourceName: 'default' })],
      ),
      ...reads.map((dataset) => dataset.grants.describe(role)),
      workgroup.grants.query(role),
    ];
    if ([view, ...reads].some(({ permissions }) => permissions.usesLakeFormation)) {
      grants.push(allow(['lakeformation:GetDataAccess'], ['*']));
    }
    return grants.reduce((all, grant) => all.combine(grant));
  }
}

const ID = 'LakewrightAthenaViews';
