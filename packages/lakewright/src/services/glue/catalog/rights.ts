import type {
  AccessControl,
  DatabaseAccess,
  DatabasePermission,
  TableAccess,
  TableId,
  TablePermission,
} from '../../../access/contract';
import type { Database, Table } from '../../../workspace/catalog-store';
import { type Caller, type LakeContext, ServiceError } from '../../service';
import type { CatalogLinks } from './resource-links';
import { mayListPartitions, shownTable } from './shown-table';

/** `CREATE_TABLE` → `Insufficient Lake Formation permission(s): Required Create Table on …` */
export function missingPermission(permission: string, on: string): string {
  const words = permission.split('_').map((word) => word.charAt(0) + word.slice(1).toLowerCase());
  return `Insufficient Lake Formation permission(s): Required ${words.join(' ')} on ${on}`;
}

/** What one caller may see and change in the Data Catalog by Lake Formation; IAM is asked before. */
export class CatalogRights {
  /** Undefined for `local-admin`, who may do everything. */
  public static of(lake: LakeContext, caller: Caller): CatalogRights | undefined {
    const { access } = lake;
    const principal = access.principalOf(caller);
    return principal && new CatalogRights(access, caller);
  }

  private readonly tables = new Map<string, TableAccess>();

  private constructor(
    public readonly access: AccessControl,
    public readonly caller: Caller,
  ) {}

  public table({ database, table }: TableId): TableAccess {
    const key = `${database}.${table}`;
    const known = this.tables.get(key) ?? this.access.table(this.caller, { database, table });
    this.tables.set(key, known);
    return known;
  }

  public ofTable({ DatabaseName, Name }: Table): TableAccess {
    return this.table({ database: DatabaseName.toLowerCase(), table: Name.toLowerCase() });
  }

  public database(name: string): DatabaseAccess {
    return this.access.database(this.caller, name);
  }

  public lists(table: Table): boolean {
    return mayKnow(this.ofTable(table));
  }

  public listsDatabase({ Name }: Database): boolean {
    const { governed, permissions } = this.database(Name);
    return !governed || permissions.size > 0;
  }

  public shown<T extends Table>(table: T): T {
    return shownTable(table, this.ofTable(table));
  }

  /** What the name of a table or of a link to one shows; `table` is the one that has the name. */
  public through(links: CatalogLinks, table: Table, shown: Table): Table {
    const access = this.targetAccess(links, table);
    if (access && mayKnow(access)) return shownTable(shown, access);
    return { ...shown, StorageDescriptor: {}, PartitionKeys: [], Parameters: {} };
  }

  private targetAccess(links: CatalogLinks, table: Table): TableAccess | undefined {
    try {
      return this.ofTable(table.TargetTable ? links.targetTable(table.DatabaseName, table.Name) : table);
    } catch (error) {
      // A link to nothing.
      if (error instanceof ServiceError) return undefined;
      throw error;
    }
  }

  public requireDescribe(id: TableId): void {
    if (!mayKnow(this.table(id))) throw denied(missingPermission('DESCRIBE', id.table));
  }

  public requireTable(permission: TablePermission, id: TableId): void {
    const { governed, permissions } = this.table(id);
    if (governed && !permissions.has(permission)) throw denied(missingPermission(permission, id.table));
  }

  public requireDatabase(permission: DatabasePermission, name: string): void {
    const { governed, permissions } = this.database(name);
    const some = permission === 'DESCRIBE' ? permissions.size > 0 : permissions.has(permission);
    if (governed && !some) throw denied(missingPermission(permission, name));
  }

  public requireCreateDatabase(): void {
    const { permissions } = this.access;
    const principal = this.access.principalOf(this.caller);
    if (principal && !permissions.mayCreateDatabase(principal)) {
      throw denied(missingPermission('CREATE_DATABASE', 'Catalog'));
    }
  }

  /** A table or partition may only point to a registered location with DATA_LOCATION_ACCESS. */
  public requireLocation(uri: string | undefined, database?: string): void {
    const { permissions } = this.access;
    const principal = this.access.principalOf(this.caller);
    if (!uri || !principal || permissions.mayPlaceDataAt(principal, uri, database)) return;
    throw denied(`Insufficient Lake Formation permission(s) on ${uri}`);
  }

  /** Values of partition keys are data. */
  public requirePartitions(table: Table): void {
    const access = this.ofTable(table);
    if (!mayKnow(access) || !mayListPartitions(table, access)) throw denied(missingPermission('SELECT', table.Name));
  }
}

/** Every permission on a table lets one know that it is there. */
export const mayKnow = ({ governed, permissions, select }: TableAccess): boolean =>
  !governed || permissions.size > 0 || select.length > 0;

export const denied = (message: string): ServiceError => new ServiceError('AccessDeniedException', message, 400);
