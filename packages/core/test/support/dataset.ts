import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  type AccessRequest,
  type DataLocation,
  DatasetGrants,
  type IAccessProvider,
  type IDataset,
  PermissionModel,
} from '../../src';

/** An access provider that renders nothing. */
export function accessProvider(provide: (request: AccessRequest) => void = () => undefined): IAccessProvider {
  return {
    provide,
    provideDatabase: () => undefined,
    provideLocation: () => undefined,
    applyBefore: () => undefined,
  };
}

/** The smallest data set: for tests of what takes one. */
export class SampleDataset extends Construct implements IDataset {
  public readonly databaseName = 'raw';
  public readonly tableName: string;
  public readonly catalogArn: string;
  public readonly databaseArn: string;
  public readonly tableArn: string;
  public readonly permissions: PermissionModel;
  public readonly location?: DataLocation;
  public readonly grants: DatasetGrants;

  public constructor(
    scope: Construct,
    tableName: string,
    { permissions = PermissionModel.iam(), location }: { permissions?: PermissionModel; location?: DataLocation } = {},
  ) {
    super(scope, tableName);
    const arn = (resource: string, resourceName?: string): string =>
      Stack.of(this).formatArn({ service: 'glue', resource, ...(resourceName ? { resourceName } : {}) });
    this.tableName = tableName;
    this.catalogArn = arn('catalog');
    this.databaseArn = arn('database', this.databaseName);
    this.tableArn = arn('table', `${this.databaseName}/${tableName}`);
    this.permissions = permissions;
    if (location) this.location = location;
    this.grants = new DatasetGrants(this, this);
  }
}
