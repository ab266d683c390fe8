/** The Glue API's shapes, dates as epoch seconds, exactly as they go over the wire. */
export interface Database {
  readonly Name: string;
  readonly Description?: string;
  readonly LocationUri?: string;
  readonly Parameters?: Record<string, string>;
  readonly CreateTime?: number;
  readonly CatalogId?: string;
  readonly [field: string]: unknown;
}

export interface Column {
  readonly Name: string;
  /** Hive type text. */
  readonly Type?: string;
  readonly Comment?: string;
  readonly Parameters?: Record<string, string>;
}

export interface StorageDescriptor {
  readonly Columns?: Column[];
  readonly Location?: string;
  readonly InputFormat?: string;
  readonly OutputFormat?: string;
  readonly Compressed?: boolean;
  readonly NumberOfBuckets?: number;
  readonly SerdeInfo?: {
    readonly Name?: string;
    readonly SerializationLibrary?: string;
    readonly Parameters?: Record<string, string>;
  };
  readonly Parameters?: Record<string, string>;
  readonly [field: string]: unknown;
}

export interface Table {
  readonly DatabaseName: string;
  readonly Name: string;
  readonly TableType?: string;
  readonly StorageDescriptor?: StorageDescriptor;
  readonly PartitionKeys?: Column[];
  readonly Parameters?: Record<string, string>;
  readonly ViewOriginalText?: string;
  readonly ViewExpandedText?: string;
  readonly CreateTime?: number;
  readonly UpdateTime?: number;
  readonly VersionId?: string;
  readonly [field: string]: unknown;
}

export interface Partition {
  readonly DatabaseName: string;
  readonly TableName: string;
  readonly Values: string[];
  readonly StorageDescriptor?: StorageDescriptor;
  readonly Parameters?: Record<string, string>;
  readonly CreationTime?: number;
  readonly [field: string]: unknown;
}

/** A database (without `table`) or a table came, or went. A table that goes with its database isn't named. */
export interface CatalogChange {
  readonly kind: 'created' | 'deleted';
  readonly database: string;
  readonly table?: string;
}

/**
 * The Glue Data Catalog as a folder: `catalog/<database>/<table>.json`, partitions and versions beside it.
 *
 * Synchronous: the files are small, and the SQL analyzer asks in the middle of its work. Names are stored in lower
 * case, as Glue does. Writes are a temporary file + rename. Errors are `ServiceError`s with Glue's codes
 * (EntityNotFoundException, AlreadyExistsException …).
 */
export interface CatalogStore {
  /** The listener is called when the change is done, before the caller goes on. */
  subscribe(listener: (change: CatalogChange) => void): void;

  databases(): readonly Database[];
  database(name: string): Database | undefined;
  /** Creates or replaces. */
  putDatabase(database: Database): void;
  deleteDatabase(name: string): void;

  tables(database: string): readonly Table[];
  table(database: string, name: string): Table | undefined;
  /** Creates or replaces; a replaced table's former state becomes a version unless `skipArchive`. */
  putTable(table: Table, options?: { readonly skipArchive?: boolean }): void;
  deleteTable(database: string, name: string): void;
  versions(database: string, name: string): readonly Table[];
  deleteVersion(database: string, name: string, versionId: string): void;

  partitions(database: string, table: string): readonly Partition[];
  /** Creates or replaces by `Values`, all or none. */
  putPartitions(database: string, table: string, partitions: readonly Partition[]): void;
  deletePartitions(database: string, table: string, values: readonly (readonly string[])[]): void;
}
