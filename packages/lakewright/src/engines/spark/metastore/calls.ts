import type { ApiShape } from '../../../services/api-shape';
import { type Caller, type LakeContext, ServiceError } from '../../../services/service';
import type { RunFiles } from '../run-files';
import { readDatabase, readPartition, readTable, writeDatabase, writePartition, writeTable } from './hive-shapes';
import { bool, list, type Read, type Struct, struct, text, type Written } from './thrift';

/** What the metastore works on: the catalog's API in the name of the run's role. */
export interface MetastoreLake {
  readonly lake: LakeContext;
  readonly caller: Caller;
  readonly files: RunFiles;
}

/** A method: its answer, and at which field of its result each exception stands. */
export interface Method {
  run(args: Struct, on: MetastoreLake): Promise<Written | undefined>;
  readonly raises?: Partial<Record<'missing' | 'exists' | 'meta', number>>;
}

const NOTHING = struct({});
const DEFAULT = 'default';

const glue = (on: MetastoreLake, operation: string, input: ApiShape): Promise<ApiShape> =>
  on.lake.call('glue', operation, input, on.caller);

async function pages(on: MetastoreLake, operation: string, member: string, input: ApiShape): Promise<ApiShape[]> {
  const found: ApiShape[] = [];
  for (let NextToken: string | undefined = '', first = true; first || NextToken; first = false) {
    const answer: ApiShape = await glue(on, operation, { ...input, ...(NextToken && { NextToken }) });
    found.push(...(answer[member] ?? []));
    NextToken = answer.NextToken;
  }
  return found;
}

const table = async (on: MetastoreLake, DatabaseName: Read, Name: Read): Promise<ApiShape> =>
  (await glue(on, 'GetTable', { DatabaseName, Name })).Table;
const tables = (on: MetastoreLake, DatabaseName: Read): Promise<ApiShape[]> =>
  pages(on, 'GetTables', 'TableList', { DatabaseName });
const partitions = (on: MetastoreLake, DatabaseName: Read, TableName: Read): Promise<ApiShape[]> =>
  pages(on, 'GetPartitions', 'Partitions', { DatabaseName, TableName });

/** Spark asks for it before all else. Where the catalog has none, it looks as if it were empty. */
async function database(on: MetastoreLake, Name: Read): Promise<ApiShape> {
  try {
    return (await glue(on, 'GetDatabase', { Name })).Database;
  } catch (error) {
    const absent = error instanceof ServiceError && error.code === 'EntityNotFoundException';
    if (absent && Name === DEFAULT) return { Name: DEFAULT };
    throw error;
  }
}

/** Hive's: `*` is any text, `|` stands between alternatives; nothing is all. */
function like(pattern: Read | undefined): (name: string) => boolean {
  if (typeof pattern !== 'string' || pattern === '') return () => true;
  const source = pattern.replace(/[^\w*|]/g, '\\$&').replaceAll('*', '.*');
  const wanted = new RegExp(`^(?:${source})$`, 'i');
  return (name) => wanted.test(name);
}

const names = (found: readonly ApiShape[], pattern?: Read): Written =>
  list(
    found
      .map(({ Name }) => Name as string)
      .filter(like(pattern))
      .map(text),
  );

/** Values that are given, in order; an empty one is any. */
const matching =
  (wanted: Read | undefined) =>
  ({ Values }: ApiShape): boolean =>
    (Array.isArray(wanted) ? wanted : []).every((value, index) => value === '' || value === Values[index]);

/** At which field of a method's result its exceptions stand. */
const found = { missing: 2, meta: 1 };
const changed = { missing: 1, meta: 2 };

const alterTable: Method = {
  run: async (args, on) => {
    const DatabaseName = args[1];
    const TableInput = readTable(args[3] as Struct);
    if (String(TableInput.Name).toLowerCase() !== String(args[2]).toLowerCase()) {
      throw new ServiceError('InvalidInputException', 'Table rename is not supported');
    }
    await glue(on, 'UpdateTable', { DatabaseName, TableInput });
    return undefined;
  },
  raises: { meta: 2 },
};

/** What Hive's metastore, and AWS's client in its place, does: a table that is Spark's own takes its data with it. */
const dropTable: Method = {
  run: async (args, on) => {
    const [DatabaseName, Name] = [args[1], args[2]];
    const { TableType, StorageDescriptor } = await table(on, DatabaseName as Read, Name as Read);
    await glue(on, 'DeleteTable', { DatabaseName, Name });
    const [, bucket, key] = /^s3[an]?:\/\/([^/]+)\/(.+?)\/*$/.exec(StorageDescriptor?.Location ?? '') ?? [];
    if (args[3] !== true || TableType !== 'MANAGED_TABLE' || !bucket || !key) return undefined;
    await on.files.operations.delete?.({ bucket, key, recursive: true });
    return undefined;
  },
  raises: { missing: 1, meta: 2 },
};

/** A table without a place lies in its database's folder. */
async function placed(on: MetastoreLake, database: Read, table: ApiShape): Promise<ApiShape> {
  const { StorageDescriptor, TableType, Name } = table;
  if (StorageDescriptor.Location || TableType === 'VIRTUAL_VIEW') return table;
  const { LocationUri } = (await glue(on, 'GetDatabase', { Name: database })).Database;
  if (!LocationUri) {
    const what = `Can not create a Path from an empty string: the database ${database} has no LocationUri`;
    throw new ServiceError('InvalidInputException', what);
  }
  const Location = `${LocationUri.replace(/\/+$/, '')}/${Name}`;
  return { ...table, StorageDescriptor: { ...StorageDescriptor, Location } };
}

const createTable: Method = {
  run: async (args, on) => {
    const given = args[1] as Struct;
    const TableInput = await placed(on, given[2] as Read, readTable(given));
    await glue(on, 'CreateTable', { DatabaseName: given[2], TableInput });
    return undefined;
  },
  raises: { exists: 1, meta: 3, missing: 4 },
};

const alterPartitions: Method = {
  run: async (args, on) => {
    for (const given of args[3] as unknown as Struct[]) {
      const PartitionInput = readPartition(given);
      await glue(on, 'UpdatePartition', {
        ...{ DatabaseName: args[1], TableName: args[2], PartitionInput },
        PartitionValueList: PartitionInput.Values,
      });
    }
    return undefined;
  },
  raises: { meta: 2 },
};

const dropPartition: Method = {
  run: async (args, on) => {
    await glue(on, 'DeletePartition', { DatabaseName: args[1], TableName: args[2], PartitionValues: args[3] });
    return bool(true);
  },
  raises: changed,
};

const partition: Method = {
  run: async (args, on) => {
    const input = { DatabaseName: args[1], TableName: args[2], PartitionValues: args[3] };
    return writePartition((await glue(on, 'GetPartition', input)).Partition);
  },
  raises: found,
};

const partitionsLike = (values?: number): Method => ({
  run: async (args, on) => {
    const all = await partitions(on, args[1] as Read, args[2] as Read);
    return list(all.filter(matching(values === undefined ? [] : args[values])).map(writePartition), NOTHING);
  },
  raises: values === undefined ? changed : { meta: 1, missing: 2 },
});

/** `year=2026/month=01`. */
const nameOf = (keys: readonly ApiShape[], values: readonly string[]): string =>
  keys.map(({ Name }, index) => `${Name}=${escaped(values[index] as string)}`).join('/');

const partitionNames = (values?: number): Method => ({
  run: async (args, on) => {
    const { PartitionKeys = [] } = await table(on, args[1] as Read, args[2] as Read);
    const all = await partitions(on, args[1] as Read, args[2] as Read);
    const named = all
      .filter(matching(values === undefined ? [] : args[values]))
      .map(({ Values }) => nameOf(PartitionKeys, Values));
    return list(named.map(text));
  },
  raises: { meta: 1 },
});

/** As Hive writes values in paths. */
const escaped = (value: string): string =>
  value.replace(
    /["#%'*/:=?\\{[\]^\p{Cc}]/gu,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

/** Those that Spark 3.5 calls, by Hive's client 2.3. */
export const METHODS: Readonly<Record<string, Method>> = {
  set_ugi: { run: async () => list([]) },
  getMetaConf: { run: async () => text('') },
  get_config_value: { run: async (args) => text(String(args[2] ?? '')) },
  get_functions: { run: async () => list([]) },
  get_all_functions: { run: async () => struct({ 1: list([], NOTHING) }) },

  get_all_databases: {
    run: async (_, on) => names(await pages(on, 'GetDatabases', 'DatabaseList', {})),
    raises: { meta: 1 },
  },
  get_databases: {
    run: async (args, on) => names(await pages(on, 'GetDatabases', 'DatabaseList', {}), args[1]),
    raises: { meta: 1 },
  },
  get_database: { run: async (args, on) => writeDatabase(await database(on, args[1] as Read)), raises: changed },
  create_database: {
    run: async (args, on) => {
      await glue(on, 'CreateDatabase', { DatabaseInput: readDatabase(args[1] as Struct) });
      return undefined;
    },
    raises: { exists: 1, meta: 3 },
  },
  alter_database: {
    run: async (args, on) => {
      await glue(on, 'UpdateDatabase', { Name: args[1], DatabaseInput: readDatabase(args[2] as Struct) });
      return undefined;
    },
    raises: { meta: 1, missing: 2 },
  },
  drop_database: {
    run: async (args, on) => {
      const Name = args[1] as Read;
      const inside = await tables(on, Name);
      if (inside.length > 0 && args[3] !== true) {
        throw new ServiceError('InvalidInputException', `Database ${Name} is not empty. One or more tables exist.`);
      }
      for (const one of inside) await dropTable.run({ 1: Name, 2: one.Name, 3: args[2] as Read }, on);
      await glue(on, 'DeleteDatabase', { Name });
      return undefined;
    },
    raises: { missing: 1, meta: 3 },
  },

  get_table: {
    run: async (args, on) => writeTable(await table(on, args[1] as Read, args[2] as Read)),
    raises: found,
  },
  get_table_req: {
    run: async (args, on) => {
      const request = args[1] as Struct;
      return struct({ 1: writeTable(await table(on, request[1] as Read, request[2] as Read)) });
    },
    raises: found,
  },
  get_table_objects_by_name_req: {
    run: async (args, on) => {
      const request = args[1] as Struct;
      const wanted = request[2] as unknown as string[];
      const known = (await tables(on, request[1] as Read)).filter(({ Name }) => wanted.includes(Name));
      return struct({ 1: list(known.map(writeTable), NOTHING) });
    },
    raises: { meta: 1 },
  },
  get_tables: { run: async (args, on) => names(await tables(on, args[1] as Read), args[2]), raises: { meta: 1 } },
  get_all_tables: { run: async (args, on) => names(await tables(on, args[1] as Read)), raises: { meta: 1 } },
  get_tables_by_type: {
    run: async (args, on) => {
      const all = await tables(on, args[1] as Read);
      return names(
        all.filter(({ TableType }) => (TableType ?? 'EXTERNAL_TABLE') === args[3]),
        args[2],
      );
    },
    raises: { meta: 1 },
  },
  create_table: createTable,
  create_table_with_environment_context: createTable,
  alter_table: alterTable,
  alter_table_with_environment_context: alterTable,
  drop_table: dropTable,
  drop_table_with_environment_context: dropTable,

  add_partitions_req: {
    run: async (args, on) => {
      const request = args[1] as Struct;
      const [DatabaseName, TableName] = [request[1], request[2]];
      const { StorageDescriptor, PartitionKeys } = await table(on, DatabaseName as Read, TableName as Read);
      for (const given of request[3] as unknown as Struct[]) {
        const PartitionInput = readPartition(given);
        PartitionInput.StorageDescriptor.Location ??= `${StorageDescriptor.Location.replace(/\/+$/, '')}/${nameOf(PartitionKeys, PartitionInput.Values)}`;
        try {
          await glue(on, 'CreatePartition', { DatabaseName, TableName, PartitionInput });
        } catch (error) {
          const there = error instanceof ServiceError && error.code === 'AlreadyExistsException';
          if (!there || request[4] !== true) throw error;
        }
      }
      return struct({ 1: list([], NOTHING) });
    },
    raises: { exists: 2, meta: 3 },
  },
  get_partition: partition,
  get_partition_with_auth: partition,
  get_partitions: partitionsLike(),
  get_partitions_with_auth: partitionsLike(),
  // Spark filters what it gets: more than it asked for is right.
  get_partitions_by_filter: { ...partitionsLike(), raises: { meta: 1, missing: 2 } },
  get_partitions_ps: partitionsLike(3),
  get_partitions_ps_with_auth: partitionsLike(3),
  get_partition_names: { ...partitionNames(), raises: { meta: 1 } },
  get_partition_names_ps: partitionNames(3),
  alter_partitions: alterPartitions,
  alter_partitions_with_environment_context: alterPartitions,
  drop_partition: dropPartition,
  drop_partition_with_environment_context: dropPartition,
};
