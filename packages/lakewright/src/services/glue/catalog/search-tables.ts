import type { Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import { invalidInput } from '../errors';
import { compact } from '../input';
import { page } from '../paging';
import type { CatalogContext } from './context';

/**
 * SearchTables over all databases.
 *
 * Filters are ANDed. A string value is compared as the API's documentation says: the field is split at punctuation into
 * tokens, and a token must equal the value. Time fields take a comparator. SearchText is a substring of the name, the
 * description, a column or a parameter; in quotes, an exact value.
 */
export function searchOperations(context: CatalogContext): Record<string, Operation> {
  return {
    SearchTables: async (input, caller) => {
      context.checkCatalog(input);
      const rights = context.rights(caller);
      const filters: ((table: Table) => boolean)[] = (input.Filters ?? []).map(filter);
      if (input.SearchText) filters.push(textFilter(String(input.SearchText)));
      const found = context.catalog
        .databases()
        .filter((database) => !database.TargetDatabase)
        .flatMap((database) => context.catalog.tables(database.Name))
        // What is hidden isn't found either.
        .flatMap((table) => (!rights ? [table] : rights.lists(table) ? [rights.shown(table)] : []))
        .filter((table) => filters.every((matches) => matches(table)));
      const key = sortKey(input.SortCriteria?.[0]);
      const { items, NextToken } = page(found, key.of, input, 1000, key.descending);
      return compact({ TableList: items, NextToken });
    },
  };
}

function filter(predicate: ApiShape): (table: Table) => boolean {
  const key = String(predicate?.Key ?? '');
  const value = String(predicate?.Value ?? '');
  if (/Time$/.test(key)) return timeFilter(key, value, predicate.Comparator ?? 'EQUALS');
  const wanted = value.toLowerCase();
  return (table) => {
    const text = fieldText(table, key);
    if (text === undefined) return false;
    const lower = text.toLowerCase();
    return lower === wanted || lower.split(/[-_:#./\s]+/).includes(wanted);
  };
}

/** `Name`, `DatabaseName`, `Classification` …, a parameter's key, or a member of the table. */
function fieldText(table: Table, key: string): string | undefined {
  const members = Object.entries({ ...table, ...table.Parameters }) as [string, unknown][];
  const found = members.find(([member]) => member.toLowerCase() === key.toLowerCase());
  return typeof found?.[1] === 'string' ? found[1] : undefined;
}

const COMPARATORS: Record<string, (a: number, b: number) => boolean> = {
  EQUALS: (a, b) => a === b,
  GREATER_THAN: (a, b) => a > b,
  LESS_THAN: (a, b) => a < b,
  GREATER_THAN_EQUALS: (a, b) => a >= b,
  LESS_THAN_EQUALS: (a, b) => a <= b,
};

function timeFilter(key: string, value: string, comparator: string): (table: Table) => boolean {
  const compare = COMPARATORS[comparator];
  const time = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value) / 1000;
  if (!compare) throw invalidInput(`The Comparator "${comparator}" is none of ${Object.keys(COMPARATORS).join(', ')}.`);
  if (Number.isNaN(time)) throw invalidInput(`The Value "${value}" of the filter on ${key} is not a time.`);
  return (table) => typeof table[key] === 'number' && compare(table[key] as number, time);
}

function textFilter(search: string): (table: Table) => boolean {
  const quoted = /^"(.*)"$/s.exec(search)?.[1];
  const wanted = (quoted ?? search).toLowerCase();
  return (table) => {
    const columns = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
    const texts = [
      table.Name,
      table.Description as string | undefined,
      ...columns.flatMap((column) => [column.Name, column.Comment]),
      ...Object.entries(table.Parameters ?? {}).flat(),
    ];
    return texts.some((text) => {
      const lower = text?.toLowerCase();
      return quoted === undefined ? lower?.includes(wanted) : lower === wanted;
    });
  };
}

/** Ties are ordered by database and name, so that paging is stable. */
function sortKey(criterion: ApiShape): { of: (table: Table) => string; descending: boolean } {
  const identity = (table: Table) => `${table.DatabaseName}\u0000${table.Name}`;
  if (!criterion) return { of: identity, descending: false };
  const field = String(criterion.FieldName ?? '');
  const of = (table: Table) => {
    const value = table[field] ?? fieldText(table, field) ?? '';
    const text = typeof value === 'number' ? value.toFixed(3).padStart(20, '0') : String(value);
    return `${text}\u0000${identity(table)}`;
  };
  return { of, descending: criterion.Sort === 'DESC' };
}
