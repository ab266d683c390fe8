import type { DatabasePermission, TableAccess, TableId, TablePermission } from '../../../access/contract';
import type { Table } from '../../../workspace/catalog-store';
import { CatalogRights, mayKnow } from '../../glue/catalog/rights';
import { type Caller, type LakeContext, ServiceError } from '../../service';
import { parseLocation } from '../tables/data-files';
import { InsufficientPermissions, noPrivilege, required } from './errors';

/**
 * The rights of the caller of one statement. IAM and Lake Formation must both allow: Athena asks the Data Catalog and S3 in
 * his name, or Lake Formation for the objects of a registered location.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/lf-athena-user-permissions.html
 */
export class LakeGuard {
  /** Undefined for `local-admin`, who may do everything. */
  public static of(lake: LakeContext, caller: Caller): LakeGuard | undefined {
    const rights = CatalogRights.of(lake, caller);
    return rights && new LakeGuard(lake, rights);
  }

  /** The statement reads a table of which the caller sees a part of the rows. */
  public readsPart = false;

  private constructor(
    private readonly lake: LakeContext,
    public readonly rights: CatalogRights,
  ) {}

  /** What the caller may see of a table. @throws InsufficientPermissions if he may not know of it, be it there or not */
  public known(id: TableId): TableAccess {
    this.iam('glue:GetTable', this.glueArns(id.database, id.table));
    const access = this.rights.table(id);
    if (!mayKnow(access)) throw noPrivilege();
    return access;
  }

  /** For a statement on a table's metadata. */
  public describe(id: TableId): TableAccess {
    this.iam('glue:GetTable', this.glueArns(id.database, id.table));
    const access = this.rights.table(id);
    if (!mayKnow(access)) throw required('DESCRIBE', id.table);
    return access;
  }

  public requireTable(permission: TablePermission, id: TableId, action: string): void {
    const { governed, permissions } = this.known(id);
    if (governed && !permissions.has(permission)) throw required(permission, id.table);
    this.iam(action, this.glueArns(id.database, id.table));
  }

  /** For an INSERT: errors about its columns would tell of those that are hidden. */
  public requireColumns(id: TableId): void {
    const { governed, described } = this.known(id);
    if (governed && described !== 'all') throw required('SELECT', id.table);
  }

  /** A statement that rewrites files, or shows what is in them, wants a caller from whom nothing is hidden. */
  public requireWhole(id: TableId): void {
    if (!seesAll(this.known(id))) throw required('SELECT', id.table);
  }

  public requireDatabase(permission: DatabasePermission, database: string, action: string): void {
    const { governed, permissions } = this.rights.database(database);
    const some = permission === 'DESCRIBE' ? permissions.size > 0 : permissions.has(permission);
    if (governed && !some) throw required(permission, database);
    this.iam(action, this.glueArns(database));
  }

  public requireCreateDatabase(database: string): void {
    this.asQuery(() => this.rights.requireCreateDatabase());
    this.iam('glue:CreateDatabase', this.glueArns(database));
  }

  public requirePartitions(table: Table): void {
    // With all its keys, those that are hidden too.
    const stored = this.lake.catalog.table(table.DatabaseName, table.Name) ?? table;
    this.asQuery(() => this.rights.requirePartitions(stored));
  }

  /** A new table's place, whose objects the statement doesn't write. */
  public requireLocation(uri: string | undefined, database?: string): void {
    this.asQuery(() => this.rights.requireLocation(uri, database));
  }

  /**
   * A place where files are written: Lake Formation gives no right to write there.
   *
   * @see https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html "CTAS queries require Amazon S3 write permissions"
   */
  public requireWrite(uri: string): void {
    const { bucket, prefix } = parseLocation(uri);
    const key = prefix === '' || prefix.endsWith('/') ? `${prefix}*` : prefix;
    this.iam('s3:PutObject', [this.s3Arn(`${bucket}/${key}`)]);
  }

  /** Objects of a table that a statement reads. */
  public requireObject(uri: string, table: Table): void {
    if (this.isLakeFormations(uri, table)) {
      this.iam('lakeformation:GetDataAccess', ['*']);
      return;
    }
    const { bucket, prefix } = parseLocation(uri);
    this.iam('s3:GetObject', [this.s3Arn(`${bucket}/${prefix}`)]);
  }

  /** The new files of an INSERT: below a registered location the permission on the table is enough. */
  public requireInsertAt(uri: string, table: Table): void {
    if (this.isLakeFormations(uri, table)) this.iam('lakeformation:GetDataAccess', ['*']);
    else this.requireWrite(uri);
  }

  public iam(action: string, resources: readonly string[]): void {
    const { access, caller } = this.rights;
    this.asQuery(() => access.require(caller, { action, resources }));
  }

  public workGroup(action: string, name: string): void {
    const { partition, region, account } = this.lake;
    this.iam(action, [`arn:${partition}:athena:${region}:${account}:workgroup/${name}`]);
  }

  /** Credentials that Lake Formation gives for a table reach what lies below the table's own registered location. */
  private isLakeFormations(uri: string, table: Table): boolean {
    const location = table.StorageDescriptor?.Location?.replace(/^s3[an]:/, 's3:').replace(/\/*$/, '/');
    const access = this.rights.ofTable(table);
    if (!access.governed || !location) return false;
    return `${uri}/`.startsWith(location) && this.rights.access.permissions.isRegistered(uri, access);
  }

  public catalogArns(): string[] {
    const { partition, region, account } = this.lake;
    return [`arn:${partition}:glue:${region}:${account}:catalog`];
  }

  private glueArns(database: string, table?: string): string[] {
    const { partition, region, account } = this.lake;
    const glue = `arn:${partition}:glue:${region}:${account}`;
    const arns = [`${glue}:catalog`, `${glue}:database/${database}`];
    return table === undefined ? arns : [...arns, `${glue}:table/${database}/${table}`];
  }

  private s3Arn(path: string): string {
    return `arn:${this.lake.partition}:s3:::${path}`;
  }

  private asQuery(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw new InsufficientPermissions(error.message);
    }
  }
}

/** Whether grants hide nothing of a table. */
export const seesAll = ({ governed, select, described }: TableAccess): boolean =>
  !governed || (described === 'all' && select.some(({ columns, rows }) => columns === 'all' && rows === undefined));
