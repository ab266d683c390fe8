import type { ApiShape } from '../../../services/api-shape';
import { bool, i32, list, type Read, type Struct, struct, text, texts, type Written } from './thrift';

/**
 * Structures of Hive's metastore and of the Glue API, which was made after them.
 *
 * @see https://github.com/apache/hive/blob/rel/release-2.3.9/metastore/if/hive_metastore.thrift
 */

const optional = (value: unknown): Written | undefined =>
  value === undefined || value === null ? undefined : text(String(value));

const columns = (given: readonly ApiShape[] = []): Written =>
  list(
    given.map(({ Name, Type, Comment }) => struct({ 1: text(Name), 2: text(Type ?? 'string'), 3: optional(Comment) })),
    struct({}),
  );

function storage(sd: ApiShape = {}): Written {
  const { SerdeInfo = {}, BucketColumns = [], SortColumns = [] } = sd;
  return struct({
    1: columns(sd.Columns),
    2: optional(sd.Location),
    3: optional(sd.InputFormat),
    4: optional(sd.OutputFormat),
    5: bool(sd.Compressed === true),
    6: i32(Number(sd.NumberOfBuckets ?? -1)),
    7: struct({
      1: optional(SerdeInfo.Name),
      2: optional(SerdeInfo.SerializationLibrary),
      3: texts(SerdeInfo.Parameters),
    }),
    8: list(BucketColumns.map(text)),
    9: list(
      SortColumns.map(({ Column, SortOrder }: ApiShape) => struct({ 1: text(Column), 2: i32(SortOrder ?? 1) })),
      struct({}),
    ),
    10: texts(sd.Parameters),
    12: bool(sd.StoredAsSubDirectories === true),
  });
}

export const writeDatabase = ({ Name, Description, LocationUri, Parameters }: ApiShape): Written =>
  struct({ 1: text(Name), 2: text(Description ?? ''), 3: text(LocationUri ?? ''), 4: texts(Parameters) });

export const writeTable = (table: ApiShape): Written =>
  struct({
    1: text(table.Name),
    2: text(table.DatabaseName),
    3: text(table.Owner ?? 'owner'),
    4: i32(Number(table.CreateTime ?? 0)),
    5: i32(Number(table.LastAccessTime ?? 0)),
    6: i32(Number(table.Retention ?? 0)),
    7: storage(table.StorageDescriptor),
    8: columns(table.PartitionKeys),
    9: texts(table.Parameters),
    10: optional(table.ViewOriginalText),
    11: optional(table.ViewExpandedText),
    12: text(table.TableType ?? 'EXTERNAL_TABLE'),
  });

export const writePartition = (partition: ApiShape): Written =>
  struct({
    1: list((partition.Values ?? []).map(text)),
    2: text(partition.DatabaseName),
    3: text(partition.TableName),
    4: i32(Number(partition.CreationTime ?? 0)),
    5: i32(Number(partition.LastAccessTime ?? 0)),
    6: storage(partition.StorageDescriptor),
    7: texts(partition.Parameters),
  });

const map = (given: Read | undefined): Record<string, string> =>
  given instanceof Map ? (Object.fromEntries(given) as Record<string, string>) : {};
const items = (given: Read | undefined): Struct[] => (Array.isArray(given) ? (given as Struct[]) : []);

const readColumns = (given: Read | undefined): ApiShape[] =>
  items(given).map((column) => ({ Name: column[1], Type: column[2], ...(column[3] ? { Comment: column[3] } : {}) }));

function readStorage(given: Read | undefined): ApiShape {
  const sd = (given ?? {}) as Struct;
  const serde = (sd[7] ?? {}) as Struct;
  return {
    Columns: readColumns(sd[1]),
    ...(sd[2] !== undefined && { Location: sd[2] }),
    ...(sd[3] !== undefined && { InputFormat: sd[3] }),
    ...(sd[4] !== undefined && { OutputFormat: sd[4] }),
    Compressed: sd[5] === true,
    NumberOfBuckets: Number(sd[6] ?? -1),
    SerdeInfo: {
      ...(serde[1] !== undefined && { Name: serde[1] }),
      ...(serde[2] !== undefined && { SerializationLibrary: serde[2] }),
      Parameters: map(serde[3]),
    },
    BucketColumns: (sd[8] ?? []) as string[],
    SortColumns: items(sd[9]).map((order) => ({ Column: order[1], SortOrder: order[2] })),
    Parameters: map(sd[10]),
    StoredAsSubDirectories: sd[12] === true,
  };
}

/** A database's place on this machine's disk is none of the lake's. */
export const readDatabase = (given: Struct): ApiShape => ({
  Name: given[1],
  ...(given[2] ? { Description: given[2] } : {}),
  ...(/^s3[an]?:/.test(String(given[3])) ? { LocationUri: given[3] } : {}),
  Parameters: map(given[4]),
});

export const readTable = (given: Struct): ApiShape => ({
  Name: given[1],
  ...(given[3] !== undefined && { Owner: given[3] }),
  Retention: Number(given[6] ?? 0),
  StorageDescriptor: readStorage(given[7]),
  PartitionKeys: readColumns(given[8]),
  Parameters: map(given[9]),
  ...(given[10] !== undefined && { ViewOriginalText: given[10] }),
  ...(given[11] !== undefined && { ViewExpandedText: given[11] }),
  ...(given[12] !== undefined && { TableType: given[12] }),
});

export const readPartition = (given: Struct): ApiShape => ({
  Values: given[1],
  StorageDescriptor: readStorage(given[6]),
  Parameters: map(given[7]),
});
