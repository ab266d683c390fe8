import {
  AccessLevel,
  type DataLocation,
  type IAthenaWorkgroup,
  type IDataset,
  LakeAccess,
  type LakeEnvironment,
} from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ProviderFunction } from './provider-function';

/** Runs the DDL of all Iceberg tables of a stack, with rights on exactly these tables. */
export class IcebergProvider {
  public static of(scope: Construct, environment?: LakeEnvironment): IcebergProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID);
    if (existing instanceof ProviderFunction) return new IcebergProvider(existing);
    return new IcebergProvider(new ProviderFunction(stack, ID, 'icebergTable', environment));
  }

  public get role(): iam.IRole {
    return this.provider.role;
  }

  public get serviceToken(): string {
    return this.provider.functionArn;
  }

  private constructor(private readonly provider: ProviderFunction) {}

  /** Gives what the DDL of one table needs. No delete: no statement of ours removes an object. */
  public admit(dataset: IDataset, location: DataLocation, workgroup: IAthenaWorkgroup): iam.Grant {
    const { role } = this.provider;
    const allow = (actions: string[], resourceArns: string[]) =>
      iam.Grant.addToPrincipal({ grantee: role, actions, resourceArns });
    LakeAccess.of(this.provider).record({ dataset, grantee: role, level: AccessLevel.WRITE });
    const grants = [
      allow(
        ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:CreateTable', 'glue:UpdateTable'],
        [dataset.catalogArn, dataset.databaseArn, dataset.tableArn],
      ),
      // Athena looks at the database "default" first, whatever the statement names.
      // https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
      allow(['glue:GetDatabase'], [this.defaultDatabaseArn()]),
      // Also under Lake Formation: Athena's Iceberg DDL writes metadata files with the caller's own S3 rights.
      location.grants.readWrite(role),
      workgroup.grants.query(role),
    ];
    if (dataset.permissions.usesLakeFormation) grants.push(allow(['lakeformation:GetDataAccess'], ['*']));
    return grants.reduce((all, grant) => all.combine(grant));
  }

  private defaultDatabaseArn(): string {
    return Stack.of(this.provider).formatArn({ service: 'glue', resource: 'database', resourceName: 'default' });
  }
}

const ID = 'LakewrightIcebergTables';
