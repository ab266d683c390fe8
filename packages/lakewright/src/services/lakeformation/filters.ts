import { randomUUID } from 'node:crypto';
import type { Filter } from '../../access/lake-formation/facts';
import type { ApiShape } from '../api-shape';
import { compact, requiredName, requiredObject, requiredString } from '../glue/input';
import { page } from '../glue/paging';
import type { Caller, Operation } from '../service';
import { type LakeFormationContext, notAuthorized } from './context';
import { alreadyExists, entityNotFound, invalidInput, notLocal } from './errors';
import { readNames } from './input';
import { requireColumns } from './permissions';

/** https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_RowFilter.html */
const MAX_ROW_FILTER = 2048;

type FilterName = Pick<Filter, 'DatabaseName' | 'TableName' | 'Name'>;

/** CreateDataCellsFilter … ListDataCellsFilter. */
export function filterOperations(context: LakeFormationContext): Record<string, Operation> {
  const { store } = context;

  const find = (name: FilterName): Filter => {
    const found = context.facts.filters.find((filter) => isFilter(filter, name));
    if (found === undefined) throw entityNotFound(`Data cells filter ${name.Name} not found.`);
    return found;
  };
  const checked = (input: ApiShape, caller: Caller): Filter => {
    const filter = readFilter(context, input.TableData);
    const columns = context.requireTable(filter.DatabaseName, filter.TableName);
    requireColumns(columns, [...(filter.ColumnNames ?? []), ...(filter.ExcludedColumnNames ?? [])]);
    requireFilterMaker(context, caller, filter);
    return filter;
  };

  return {
    CreateDataCellsFilter: async (input, caller) => {
      const filter = checked(input, caller);
      if (context.facts.filters.some((other) => isFilter(other, filter))) {
        throw alreadyExists(`Data cells filter ${filter.Name} already exists.`);
      }
      store.changeApi((part) => ({ ...part, filters: [...(part.filters ?? []), filter] }));
      return {};
    },

    UpdateDataCellsFilter: async (input, caller) => {
      const filter = checked(input, caller);
      const former = find(filter);
      if (input.TableData.VersionId && former.VersionId && input.TableData.VersionId !== former.VersionId) {
        throw invalidInput(`The version ${input.TableData.VersionId} is not the current one.`);
      }
      store.changeAll((part) =>
        part.filters
          ? { ...part, filters: part.filters.map((other) => (isFilter(other, filter) ? filter : other)) }
          : part,
      );
      return {};
    },

    GetDataCellsFilter: async (input, caller) => {
      const filter = find(readName(context, input));
      requireFilterMaker(context, caller, filter, 'DESCRIBE');
      return { DataCellsFilter: shown(context, filter) };
    },

    /** Its grants go with it. */
    DeleteDataCellsFilter: async (input, caller) => {
      const filter = find(readName(context, input));
      requireFilterMaker(context, caller, filter, 'DROP');
      store.changeAll((part) => ({
        ...part,
        ...(part.filters && { filters: part.filters.filter((other) => !isFilter(other, filter)) }),
        ...(part.grants && {
          grants: part.grants.filter(
            ({ Resource }) => !Resource.DataCellsFilter || !isFilter(Resource.DataCellsFilter, filter),
          ),
        }),
      }));
      return {};
    },

    ListDataCellsFilter: async (input, caller) => {
      const table = input.Table;
      if (table) context.checkCatalog(table.CatalogId);
      const found = context.facts.filters
        .filter(({ DatabaseName, TableName }) => context.facts.table(DatabaseName, TableName) !== undefined)
        .filter(({ DatabaseName }) => !table?.DatabaseName || DatabaseName === table.DatabaseName.toLowerCase())
        .filter(({ TableName }) => !table?.Name || TableName === table.Name.toLowerCase())
        .filter((filter) => context.maySeeAll(caller) || mayMakeFilters(context, caller, filter, 'DESCRIBE'));
      const key = ({ DatabaseName, TableName, Name }: Filter) => JSON.stringify([DatabaseName, TableName, Name]);
      const { items, NextToken } = page(found, key, input, 1000);
      return compact({ DataCellsFilters: items.map((filter) => shown(context, filter)), NextToken });
    },
  };
}

const isFilter = (a: FilterName, b: FilterName) =>
  a.DatabaseName === b.DatabaseName && a.TableName === b.TableName && a.Name === b.Name;

function readName(context: LakeFormationContext, given: ApiShape): FilterName {
  context.checkCatalog(given.TableCatalogId);
  return {
    DatabaseName: requiredName(given.DatabaseName, 'databaseName'),
    TableName: requiredName(given.TableName, 'tableName'),
    Name: requiredString(given.Name, 'name'),
  };
}

/**
 * A filter as it is kept. Clients (dbt-athena) send columns beside a wildcard that excludes nothing: the columns count.
 *
 * @throws ServiceError InvalidInputException
 */
export function readFilter(context: LakeFormationContext, given: ApiShape): Filter {
  const name = readName(context, requiredObject(given, 'tableData'));
  const { FilterExpression, AllRowsWildcard } = given.RowFilter ?? { AllRowsWildcard: {} };
  const text = FilterExpression === undefined ? '' : String(FilterExpression).trim();
  if (text === '' && AllRowsWildcard === undefined) {
    throw invalidInput('A row filter has a FilterExpression or an AllRowsWildcard.');
  }
  const all = AllRowsWildcard !== undefined || /^true$/i.test(text);
  if (text.length > MAX_ROW_FILTER) throw invalidInput(`A row filter has at most ${MAX_ROW_FILTER} characters.`);
  const included = plainNames(given.ColumnNames);
  const excluded = plainNames(given.ColumnWildcard?.ExcludedColumnNames);
  if (included.length > 0 && excluded.length > 0) {
    throw invalidInput('A data cells filter includes columns or excludes some, not both.');
  }
  if (included.length === 0 && !given.ColumnWildcard) {
    throw invalidInput('A data cells filter has ColumnNames or a ColumnWildcard.');
  }
  return {
    ...name,
    ...(!all && { RowFilter: text }),
    ...(included.length > 0 && { ColumnNames: included }),
    ...(excluded.length > 0 && { ExcludedColumnNames: excluded }),
    VersionId: randomUUID(),
  };
}

function plainNames(names: ApiShape): readonly string[] {
  const nested = (names ?? []).find((name: ApiShape) => /^"[^"]+"\./.test(String(name)));
  if (nested !== undefined) throw notLocal(`a data cells filter on the nested column ${nested}`);
  return readNames(names ?? []);
}

function shown({ lake }: LakeFormationContext, filter: Filter): ApiShape {
  const { DatabaseName, TableName, Name, VersionId, RowFilter, ColumnNames, ExcludedColumnNames } = filter;
  return compact({
    TableCatalogId: lake.account,
    DatabaseName,
    TableName,
    Name,
    RowFilter:
      RowFilter === undefined ? { FilterExpression: 'TRUE', AllRowsWildcard: {} } : { FilterExpression: RowFilter },
    ColumnNames: ColumnNames ?? [],
    ColumnWildcard: ColumnNames === undefined ? { ExcludedColumnNames: ExcludedColumnNames ?? [] } : undefined,
    VersionId,
  });
}

function requireFilterMaker(
  context: LakeFormationContext,
  caller: Caller,
  filter: FilterName,
  permission?: string,
): void {
  if (permission === 'DESCRIBE' && context.maySeeAll(caller)) return;
  if (!mayMakeFilters(context, caller, filter, permission)) throw notAuthorized();
}

/** Who has SELECT on the table with the grant option; for some things a permission on the filter will do. */
function mayMakeFilters(
  context: LakeFormationContext,
  caller: Caller,
  filter: FilterName,
  permission?: string,
): boolean {
  if (context.mayAdminister(caller)) return true;
  const arn = context.arnOf(caller);
  return context.facts.grants.some(({ Principal, Permissions, PermissionsWithGrantOption, Resource }) => {
    if (Principal !== arn) return false;
    const { Table, DataCellsFilter } = Resource;
    const onTable =
      Table?.DatabaseName === filter.DatabaseName && (Table.Name ?? filter.TableName) === filter.TableName;
    if (onTable && PermissionsWithGrantOption.includes('SELECT')) return true;
    return Boolean(
      permission && DataCellsFilter && isFilter(DataCellsFilter, filter) && Permissions.includes(permission),
    );
  });
}
