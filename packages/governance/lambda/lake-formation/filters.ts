import {
  CreateDataCellsFilterCommand,
  type DataCellsFilter,
  DeleteDataCellsFilterCommand,
  GetDataCellsFilterCommand,
  GetDataLakePrincipalCommand,
  type LakeFormationClient,
  UpdateDataCellsFilterCommand,
} from '@aws-sdk/client-lakeformation';
import type { Grants } from './grants';
import type { Filter } from './items';
import { faultOf, judge, type Patience } from './patience';

/** Data cells filters. */
export class Filters {
  public constructor(
    private readonly lakeFormation: LakeFormationClient,
    private readonly patience: Patience,
    private readonly grants: Grants,
  ) {}

  public async get({ filter }: Filter): Promise<DataCellsFilter | undefined> {
    try {
      const command = new GetDataCellsFilterCommand(namesOf(filter));
      return (await this.patience.call(() => this.lakeFormation.send(command))).DataCellsFilter;
    } catch (error) {
      if (judge(faultOf(error)) === 'absent') return undefined;
      throw error;
    }
  }

  /** Makes it, or changes the one that is there. */
  public async put(item: Filter): Promise<void> {
    const { filter: TableData } = item;
    const current = await this.get(item);
    if (current && definition(current) === definition(TableData)) return;
    await this.patience.call(async () => {
      if (current) return this.lakeFormation.send(new UpdateDataCellsFilterCommand({ TableData }));
      try {
        return await this.lakeFormation.send(new CreateDataCellsFilterCommand({ TableData }));
      } catch (error) {
        // the answer to the first attempt was lost
        if (faultOf(error).code !== 'AlreadyExistsException') throw error;
        return this.lakeFormation.send(new UpdateDataCellsFilterCommand({ TableData }));
      }
    });
  }

  /** Deletes it, unless others use it: then it answers who. */
  public async delete(item: Filter): Promise<readonly string[]> {
    const { filter } = item;
    const names = namesOf(filter);
    const holders = await this.grants.holders({ DataCellsFilter: names });
    if (holders.length > 0) {
      // who makes a filter may do everything with it
      const own = await this.patience.call(() => this.lakeFormation.send(new GetDataLakePrincipalCommand({})));
      const others = holders.filter((holder) => !isSame(holder, own.Identity ?? ''));
      if (others.length > 0) return others;
    }
    try {
      await this.patience.call(() => this.lakeFormation.send(new DeleteDataCellsFilterCommand(names)));
    } catch (error) {
      if (judge(faultOf(error)) !== 'absent') throw error;
    }
    return [];
  }
}

/** The same text for filters that show the same. */
export function definition({ RowFilter, ColumnNames, ColumnWildcard }: DataCellsFilter): string {
  const rows = RowFilter?.FilterExpression?.trim() || null;
  const columns = ColumnNames?.length ? [...ColumnNames].sort() : null;
  return JSON.stringify([rows, columns, columns ? null : [...(ColumnWildcard?.ExcludedColumnNames ?? [])].sort()]);
}

/** A role, or a session of it. */
function isSame(holder: string, identity: string): boolean {
  const [role] =
    identity
      .split(':')
      .slice(-1)[0]
      ?.replace(/^assumed-role\/([^/]+)\/.*$/, 'role/$1')
      .split('/')
      .slice(-1) ?? [];
  return holder === identity || (role !== undefined && holder.endsWith(`/${role}`) && holder.includes(':role/'));
}

function namesOf({ TableCatalogId, DatabaseName, TableName, Name }: DataCellsFilter) {
  return { TableCatalogId, DatabaseName, TableName, Name };
}
