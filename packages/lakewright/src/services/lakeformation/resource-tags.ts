import type { LfResource, TagAssignment } from '../../access/lake-formation/facts';
import { effectiveTags, matchesTags, type Tags } from '../../access/lake-formation/tags';
import type { ApiShape } from '../api-shape';
import { compact, requiredList } from '../glue/input';
import { page } from '../glue/paging';
import type { Caller, Operation } from '../service';
import { type LakeFormationContext, notAuthorized } from './context';
import { accessDenied, entityNotFound, errorDetail, invalidInput, limitExceeded } from './errors';
import { readExpression, readResource, readTag } from './input';
import { requireColumns, requireTag } from './permissions';
import { mayOnTag } from './tags';

/** https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-notes.html */
const MAX_TAGS_OF_RESOURCE = 50;

/** What tags hang on: a database, a table or a column. */
export type Tagged = Omit<TagAssignment, 'Tags'>;

/** AddLFTagsToResource … SearchDatabasesByLFTags. */
export function resourceTagOperations(context: LakeFormationContext): Record<string, Operation> {
  const { store } = context;

  const each =
    (
      change: (tag: { TagKey: string; TagValues: readonly string[] }, on: readonly Tagged[], caller: Caller) => void,
    ): Operation =>
    async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const on = readTagged(context, input.Resource);
      const Failures: ApiShape[] = [];
      for (const given of requiredList(input.LFTags, 'lfTags', MAX_TAGS_OF_RESOURCE)) {
        try {
          context.checkCatalog(given?.CatalogId);
          change(readTag(given), on, caller);
        } catch (error) {
          Failures.push({ LFTag: given, Error: errorDetail(error) });
        }
      }
      return { Failures };
    };

  return {
    AddLFTagsToResource: each((tag, on, caller) => {
      requireTag(context, tag);
      if (tag.TagValues.length !== 1 || tag.TagValues[0] === '*') {
        throw invalidInput(`A resource has one value of an LF-Tag, not ${tag.TagValues.join(', ')}.`);
      }
      requireToTag(context, caller, tag, on);
      for (const place of on) {
        const full = Object.keys({ ...ownTags(context, place), [tag.TagKey]: '' }).length > MAX_TAGS_OF_RESOURCE;
        if (full) throw limitExceeded(`A resource has at most ${MAX_TAGS_OF_RESOURCE} LF-Tags.`);
      }
      store.changeAll((part) =>
        part.assignments ? { ...part, assignments: untagged(part.assignments, tag.TagKey, on) } : part,
      );
      store.changeApi((part) => ({
        ...part,
        assignments: on.reduce(
          (all, place) => tagged(all, place, { [tag.TagKey]: tag.TagValues[0] }),
          part.assignments ?? [],
        ),
      }));
    }),

    /** An inherited tag stays: it is taken from what it was given to. */
    RemoveLFTagsFromResource: each((tag, on, caller) => {
      requireToTag(context, caller, tag, on);
      const here = on.filter((place) => {
        const value = tagsOf(context, place)[tag.TagKey];
        return value !== undefined && (tag.TagValues.includes('*') || tag.TagValues.includes(value));
      });
      if (here.length === 0) throw entityNotFound('Tag or tag value does not exist on the resource.');
      store.changeAll((part) =>
        part.assignments ? { ...part, assignments: untagged(part.assignments, tag.TagKey, here) } : part,
      );
    }),

    GetResourceLFTags: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const on = readTagged(context, input.Resource);
      requireToSee(context, caller, on[0]);
      const { DatabaseName, TableName } = on[0];
      const read = input.ShowAssignedLFTags === true ? ownTags : tagsOf;
      if (TableName === undefined) return { LFTagOnDatabase: pairs(context, read(context, { DatabaseName })) };
      const columns = input.Resource.TableWithColumns
        ? on.map(({ ColumnName }) => ColumnName ?? '')
        : context.requireTable(DatabaseName, TableName);
      return {
        LFTagOnDatabase: pairs(context, read(context, { DatabaseName })),
        LFTagsOnTable: pairs(context, read(context, { DatabaseName, TableName })),
        LFTagsOnColumns: columns.flatMap((ColumnName) => {
          const LFTags = pairs(context, read(context, { DatabaseName, TableName, ColumnName }));
          return LFTags.length > 0 ? [{ Name: ColumnName, LFTags }] : [];
        }),
      };
    },

    SearchDatabasesByLFTags: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const expression = readExpression(input.Expression);
      const found = visibleDatabases(context, caller).flatMap((DatabaseName) => {
        const tags = tagsOf(context, { DatabaseName });
        if (!matchesTags(expression, tags)) return [];
        return [{ Database: { CatalogId: context.lake.account, Name: DatabaseName }, LFTags: pairs(context, tags) }];
      });
      const { items, NextToken } = page(found, ({ Database }) => Database.Name, input, 1000);
      return compact({ DatabaseList: items, NextToken });
    },

    SearchTablesByLFTags: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const expression = readExpression(input.Expression);
      const found = visibleDatabases(context, caller).flatMap((DatabaseName) =>
        context.lake.catalog.tables(DatabaseName).flatMap(({ Name }) => {
          if (!maySee(context, caller, { DatabaseName, TableName: Name })) return [];
          const columns = (context.facts.table(DatabaseName, Name)?.columns ?? []).map((ColumnName) => ({
            Name: ColumnName,
            tags: tagsOf(context, { DatabaseName, TableName: Name, ColumnName }),
          }));
          const onTable = tagsOf(context, { DatabaseName, TableName: Name });
          const matching = columns.filter(({ tags }) => matchesTags(expression, tags));
          if (!matchesTags(expression, onTable) && matching.length === 0) return [];
          return [
            {
              Table: { CatalogId: context.lake.account, DatabaseName, Name },
              LFTagOnDatabase: pairs(context, tagsOf(context, { DatabaseName })),
              LFTagsOnTable: pairs(context, onTable),
              LFTagsOnColumns: matching.map(({ Name: column, tags }) => ({
                Name: column,
                LFTags: pairs(context, tags),
              })),
            },
          ];
        }),
      );
      const { items, NextToken } = page(found, ({ Table }) => `${Table.DatabaseName}.${Table.Name}`, input, 100);
      return compact({ TableList: items, NextToken });
    },
  };
}

/** The places that a resource means: several columns are several. They must be there. */
function readTagged(context: LakeFormationContext, given: ApiShape): readonly Tagged[] {
  const resource = readResource(given, (id) => context.checkCatalog(id));
  const on = taggedPlaces(resource);
  const { DatabaseName, TableName } = on[0];
  if (TableName === undefined) context.requireDatabase(DatabaseName);
  else {
    const columns = context.requireTable(DatabaseName, TableName);
    requireColumns(
      columns,
      on.flatMap(({ ColumnName }) => ColumnName ?? []),
    );
  }
  return on;
}

/** @throws ServiceError InvalidInputException for what can't have LF-Tags */
export function taggedPlaces({ Database, Table, TableWithColumns }: LfResource): readonly Tagged[] {
  if (Database) return [{ DatabaseName: Database.Name }];
  if (Table?.Name) return [{ DatabaseName: Table.DatabaseName, TableName: Table.Name }];
  if (TableWithColumns?.ColumnNames) {
    const { DatabaseName, Name, ColumnNames } = TableWithColumns;
    return ColumnNames.map((ColumnName) => ({ DatabaseName, TableName: Name, ColumnName }));
  }
  throw invalidInput('LF-Tags belong to a database, a table or named columns.');
}

const tagsOf = ({ facts }: LakeFormationContext, { DatabaseName, TableName, ColumnName }: Tagged): Tags =>
  effectiveTags(facts, DatabaseName, TableName, ColumnName);

const ownTags = ({ facts }: LakeFormationContext, place: Tagged): Tags =>
  Object.assign(
    Object.create(null),
    ...facts.assignments.filter((assignment) => isAt(assignment, place)).map(({ Tags }) => Tags),
  );

const isAt = (assignment: Tagged, place: Tagged) =>
  assignment.DatabaseName === place.DatabaseName &&
  assignment.TableName === place.TableName &&
  assignment.ColumnName === place.ColumnName;

export function tagged(all: readonly TagAssignment[], place: Tagged, tags: Tags): readonly TagAssignment[] {
  const former = all.find((assignment) => isAt(assignment, place));
  const Tags = { ...former?.Tags, ...tags };
  return [...all.filter((assignment) => assignment !== former), { ...place, Tags }];
}

function untagged(all: readonly TagAssignment[], key: string, on: readonly Tagged[]): readonly TagAssignment[] {
  return all.flatMap((assignment) => {
    if (!on.some((place) => isAt(assignment, place))) return [assignment];
    const { [key]: _, ...Tags } = assignment.Tags;
    return Object.keys(Tags).length > 0 ? [{ ...assignment, Tags }] : [];
  });
}

function pairs({ lake }: LakeFormationContext, tags: Tags): ApiShape[] {
  return Object.keys(tags)
    .sort()
    .map((TagKey) => ({ CatalogId: lake.account, TagKey, TagValues: [tags[TagKey]] }));
}

/** ASSOCIATE on the tag, and Super on what gets it. */
function requireToTag(
  context: LakeFormationContext,
  caller: Caller,
  { TagKey, TagValues }: { TagKey: string; TagValues: readonly string[] },
  [{ DatabaseName, TableName }]: readonly Tagged[],
): void {
  if (context.mayAdminister(caller)) return;
  const owns = context.facts.grants.some(
    ({ Principal, Permissions, Resource: { Database, Table } }) =>
      Principal === context.arnOf(caller) &&
      Permissions.includes('ALL') &&
      (TableName === undefined
        ? Database?.Name === DatabaseName
        : Table?.DatabaseName === DatabaseName && (Table.Name ?? TableName) === TableName),
  );
  if (owns && mayOnTag(context, caller, 'ASSOCIATE', TagKey, TagValues)) return;
  throw accessDenied(`Insufficient Lake Formation permission(s) on ${TableName ?? DatabaseName}`);
}

function maySee(context: LakeFormationContext, caller: Caller, { DatabaseName, TableName }: Tagged): boolean {
  if (context.maySeeAll(caller)) return true;
  const { access } = context.lake;
  return TableName === undefined
    ? access.database(caller, DatabaseName).permissions.has('DESCRIBE')
    : access.table(caller, { database: DatabaseName, table: TableName }).permissions.has('DESCRIBE');
}

function requireToSee(context: LakeFormationContext, caller: Caller, place: Tagged): void {
  if (!maySee(context, caller, place)) throw notAuthorized();
}

function visibleDatabases(context: LakeFormationContext, caller: Caller): readonly string[] {
  return context.lake.catalog
    .databases()
    .map(({ Name }) => Name)
    .filter((DatabaseName) => maySee(context, caller, { DatabaseName }));
}
