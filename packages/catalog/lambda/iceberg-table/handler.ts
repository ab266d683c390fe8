import type { AthenaClient } from '@aws-sdk/client-athena';
import { GetTableCommand, type GlueClient, type Table } from '@aws-sdk/client-glue';
import type { CustomResourceEvent, Work } from '../../../core/lambda/custom-resource/respond';
import { alterTable, anyValue, comparable, createTable, partitionsIn, setProperties, showCreateTable } from './ddl';
import { type Change, type Column, type DeclaredColumn, plan } from './plan';
import { Statements } from './statements';

/** What the handler works with. */
export interface IcebergTableServices {
  readonly athena: AthenaClient;
  readonly glue: GlueClient;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** The properties of `Custom::LakewrightIcebergTable`. */
interface Declaration {
  readonly database: string;
  readonly table: string;
  readonly location: string;
  readonly workgroup: string;
  readonly resultLocation: string;
  readonly columns: readonly DeclaredColumn[];
  readonly partitionedBy: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly dropColumns: readonly string[];
}

/** Makes or evolves the table that a request declares. Everything is checked before anything is changed. */
export function icebergTableWork({ athena, glue, now, sleep }: IcebergTableServices): Work {
  return async (event, endsAt) => {
    const wanted = declaration(event.ResourceProperties);
    const physicalResourceId = `${wanted.database}.${wanted.table}`;
    // The table and its data outlive the stack.
    if (event.RequestType === 'Delete') return { physicalResourceId: event.PhysicalResourceId ?? physicalResourceId };

    const statements = new Statements({ ...wanted, athena, requestId: event.RequestId, endsAt, now, sleep });
    const table = await find(glue, wanted);
    if (table) await evolve(table, wanted, previousOf(event, wanted), statements);
    else await statements.run(createTable(wanted));
    return { physicalResourceId };
  };
}

async function find(glue: GlueClient, { database, table }: Declaration): Promise<Table | undefined> {
  try {
    return (await glue.send(new GetTableCommand({ DatabaseName: database, Name: table }))).Table;
  } catch (error) {
    if ((error as Error).name === 'EntityNotFoundException') return undefined;
    throw error;
  }
}

/** What was declared for the same table before; nothing for a table that somebody else made. */
function previousOf(
  { RequestType, OldResourceProperties }: CustomResourceEvent,
  wanted: Declaration,
): Declaration | undefined {
  if (RequestType !== 'Update' || !OldResourceProperties) return undefined;
  const previous = declaration(OldResourceProperties);
  return previous.database === wanted.database && previous.table === wanted.table ? previous : undefined;
}

async function evolve(
  table: Table,
  wanted: Declaration,
  previous: Declaration | undefined,
  statements: Statements,
): Promise<void> {
  const name = `${wanted.database}.${wanted.table}`;
  const refusals: string[] = [];
  if (table.Parameters?.table_type?.toUpperCase() !== 'ICEBERG') {
    throw new Error(refusal(name, ['it exists and is no Iceberg table']));
  }
  const location = table.StorageDescriptor?.Location ?? '';
  if (trimmed(location) !== trimmed(wanted.location)) {
    refusals.push(`it lies at "${location}" and can't be moved to "${wanted.location}"`);
  }
  if (!previous || comparable(previous.partitionedBy) !== comparable(wanted.partitionedBy)) {
    const partitions = partitionsIn((await statements.rows(showCreateTable(wanted))).join('\n'));
    if (partitions !== comparable(wanted.partitionedBy)) {
      refusals.push(
        `it is partitioned by (${partitions}) and Athena's DDL can't partition it by ` +
          `(${comparable(wanted.partitionedBy)})`,
      );
    }
  }
  const { changes, refusals: columns } = plan({
    actual: currentColumns(table),
    wanted: wanted.columns,
    previous: previous?.columns ?? [],
    dropColumns: wanted.dropColumns,
  });
  refusals.push(...columns, ...(await filled(changes, wanted, statements)));
  if (refusals.length > 0) throw new Error(refusal(name, refusals));

  for (const change of changes) await statements.run(alterTable(wanted, change));
  const properties = Object.entries(wanted.properties).filter(([key, value]) => previous?.properties[key] !== value);
  if (properties.length > 0) await statements.run(setProperties(wanted, Object.fromEntries(properties)));
}

/** Columns that would be dropped although they have values. */
async function filled(changes: readonly Change[], wanted: Declaration, statements: Statements): Promise<string[]> {
  const refusals: string[] = [];
  for (const change of changes) {
    if (change.kind !== 'drop' || !change.onlyIfEmpty) continue;
    const rows = await statements.rows(anyValue(wanted, change.column));
    if (rows.length > 0) {
      refusals.push(`column "${change.column}" has values: name it in dropColumns to drop it with them, or keep it`);
    }
  }
  return refusals;
}

/** Glue keeps the columns of older schemas and marks them. */
function currentColumns(table: Table): Column[] {
  return (table.StorageDescriptor?.Columns ?? [])
    .filter(({ Parameters }) => Parameters?.['iceberg.field.current'] !== 'false')
    .map(({ Name = '', Type = '', Comment }) => ({ name: Name, type: Type, ...(Comment ? { comment: Comment } : {}) }));
}

function refusal(table: string, reasons: readonly string[]): string {
  return `ChangeRefused: ${table}: ${reasons.join('; ')} → nothing was changed → declare the table as it is`;
}

function trimmed(location: string): string {
  return location.replace(/\/+$/, '');
}

interface ColumnProperties {
  readonly Name: string;
  readonly Type: string;
  readonly Comment?: string;
  readonly RenamedFrom?: string;
}

function declaration(properties: Record<string, unknown>): Declaration {
  return {
    database: String(properties.Database),
    table: String(properties.Table),
    location: String(properties.Location),
    workgroup: String(properties.Workgroup),
    resultLocation: String(properties.ResultLocation),
    columns: ((properties.Columns ?? []) as ColumnProperties[]).map((column) => ({
      name: column.Name,
      type: column.Type,
      ...(column.Comment ? { comment: column.Comment } : {}),
      ...(column.RenamedFrom ? { renamedFrom: column.RenamedFrom } : {}),
    })),
    partitionedBy: (properties.PartitionedBy ?? []) as string[],
    properties: (properties.Properties ?? {}) as Record<string, string>,
    dropColumns: (properties.DropColumns ?? []) as string[],
  };
}
