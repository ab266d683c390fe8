import type { SqlPosition } from '../errors';

/** `catalog.database.table`, lower case. */
export interface DdlName {
  readonly catalog?: string;
  readonly database?: string;
  readonly name: string;
}

export interface ColumnDefinition {
  /** Lower case. */
  readonly name: string;
  /** Hive's type text as the Glue Data Catalog keeps it: lower case, without blanks. */
  readonly type: string;
  readonly comment?: string;
}

/** How a table's files are read and written. */
export interface StorageFormat {
  readonly serde: string;
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
}

/** Iceberg's `PARTITIONED BY (day(ts), bucket(16, id))`: `transform` is its canonical text. */
export interface PartitionTransform {
  readonly transform: string;
}

export type Properties = Readonly<Record<string, string>>;

/** One column of a partition specification: `dt = '2024-01-01'`; other comparisons in DROP PARTITION only. */
export interface PartitionTerm {
  readonly column: string;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly value: string;
}

export type DdlStatement = { readonly position: SqlPosition } & (
  | CreateDatabase
  | { readonly kind: 'alter database'; readonly database: string; readonly properties: Properties }
  | { readonly kind: 'drop database'; readonly database: string; readonly ifExists: boolean; readonly cascade: boolean }
  | CreateTable
  | { readonly kind: 'drop table' | 'drop view'; readonly table: DdlName; readonly ifExists: boolean }
  | AlterTable
  | { readonly kind: 'repair table'; readonly table: DdlName }
  | Show
  | {
      readonly kind: 'describe';
      readonly table: DdlName;
      readonly detail?: 'extended' | 'formatted';
      readonly partition?: readonly PartitionTerm[];
      /** `DESCRIBE t col` */
      readonly column?: string;
    }
  | { readonly kind: 'optimize' | 'vacuum'; readonly table: DdlName }
);

export interface CreateDatabase {
  readonly kind: 'create database';
  readonly database: string;
  readonly ifNotExists: boolean;
  readonly comment?: string;
  readonly location?: string;
  readonly properties: Properties;
}

export interface CreateTable {
  readonly kind: 'create table';
  readonly table: DdlName;
  readonly external: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly comment?: string;
  readonly partitionKeys: readonly ColumnDefinition[];
  readonly transforms: readonly PartitionTransform[];
  readonly clusteredBy?: { readonly columns: readonly string[]; readonly buckets: number };
  readonly format: StorageFormat;
  readonly location?: string;
  readonly properties: Properties;
}

export interface AlterTable {
  readonly kind: 'alter table';
  readonly table: DdlName;
  readonly change: TableChange;
}

export type TableChange =
  | { readonly kind: 'rename'; readonly to: DdlName }
  | {
      readonly kind: 'add partitions';
      readonly ifNotExists: boolean;
      readonly partitions: readonly { readonly terms: readonly PartitionTerm[]; readonly location?: string }[];
    }
  | {
      readonly kind: 'drop partitions';
      readonly ifExists: boolean;
      readonly partitions: readonly (readonly PartitionTerm[])[];
    }
  | {
      readonly kind: 'rename partition';
      readonly from: readonly PartitionTerm[];
      readonly to: readonly PartitionTerm[];
    }
  | { readonly kind: 'set location'; readonly partition?: readonly PartitionTerm[]; readonly location: string }
  | { readonly kind: 'set properties'; readonly properties: Properties }
  | { readonly kind: 'unset properties'; readonly keys: readonly string[] }
  | { readonly kind: 'add columns' | 'replace columns'; readonly columns: readonly ColumnDefinition[] }
  | {
      readonly kind: 'change column';
      readonly from: string;
      readonly column: ColumnDefinition;
      /** `first`, or the column that it comes after. */
      readonly place?: { readonly after?: string };
    }
  | { readonly kind: 'drop column'; readonly column: string };

export type Show = {
  readonly kind: 'show';
} & (
  | { readonly what: 'databases'; readonly pattern?: string }
  | { readonly what: 'tables' | 'views'; readonly database?: string; readonly pattern?: string }
  | { readonly what: 'columns' | 'create table' | 'create view'; readonly table: DdlName }
  | { readonly what: 'partitions'; readonly table: DdlName; readonly terms?: readonly PartitionTerm[] }
  | { readonly what: 'properties'; readonly table: DdlName; readonly property?: string }
);
