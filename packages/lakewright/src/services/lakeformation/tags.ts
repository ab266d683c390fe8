import { isGrantee } from '../../access/lake-formation/principals';
import type { ApiShape } from '../api-shape';
import { compact, requiredList } from '../glue/input';
import { page } from '../glue/paging';
import type { Caller, Operation } from '../service';
import type { LakeFormationContext } from './context';
import { entityNotFound, insufficient, invalidInput, limitExceeded } from './errors';
import { addGrant } from './grant-rules';
import { readTag, readTagText } from './input';
import { knownTags } from './permissions';

/** https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-notes.html */
const MAX_TAGS = 1000;
const MAX_VALUES = 1000;
/** https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_CreateLFTag.html */
const MAX_VALUES_OF_CALL = 50;
const CREATORS = ['ALTER', 'ASSOCIATE', 'DESCRIBE', 'DROP', 'GRANT_WITH_LF_TAG_EXPRESSION'];

/** CreateLFTag … ListLFTags. */
export function tagOperations(context: LakeFormationContext): Record<string, Operation> {
  const { store } = context;

  const values = (TagKey: string): Set<string> => {
    const known = knownTags(context).get(TagKey);
    if (known === undefined) throw entityNotFound('Tag key does not exist.');
    return known;
  };
  const shown = (TagKey: string, TagValues: Iterable<string>) => ({
    CatalogId: context.lake.account,
    TagKey,
    TagValues: [...TagValues].sort(),
  });

  return {
    CreateLFTag: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      requiredList(input.TagValues, 'tagValues', MAX_VALUES_OF_CALL);
      const tag = readTag(input);
      if (tag.TagValues.includes('*')) throw invalidInput('A tag value cannot be *.');
      requireTagCreator(context, caller);
      const known = knownTags(context);
      if (known.has(tag.TagKey)) throw invalidInput(`Tag key already exists: ${tag.TagKey}.`);
      if (known.size >= MAX_TAGS) throw limitExceeded(`There are at most ${MAX_TAGS} LF-Tags.`);
      const arn = context.arnOf(caller);
      const creator = arn && {
        Principal: arn,
        Resource: { LFTag: { TagKey: tag.TagKey, TagValues: ['*'] } },
        Permissions: CREATORS,
        PermissionsWithGrantOption: CREATORS,
      };
      store.changeApi((part) => ({
        ...part,
        tags: [...(part.tags ?? []), tag],
        ...(creator && { grants: addGrant(part.grants ?? [], creator) }),
      }));
      return {};
    },

    UpdateLFTag: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const TagKey = readTagText(input.TagKey, 'tagKey');
      const former = values(TagKey);
      requireOnTag(context, caller, 'ALTER', TagKey);
      const texts = (given: ApiShape, member: string): string[] =>
        (given ?? []).map((value: ApiShape) => readTagText(value, member));
      const gone = texts(input.TagValuesToDelete, 'tagValuesToDelete');
      const added = texts(input.TagValuesToAdd, 'tagValuesToAdd');
      if (gone.length + added.length === 0) throw invalidInput('There are no values to add or to delete.');
      const used = context.facts.assignments.some(
        ({ Tags }) => Object.hasOwn(Tags, TagKey) && gone.includes(Tags[TagKey]),
      );
      if (used) throw invalidInput('Update not allowed. A value that is to be deleted is attached to a resource.');
      const next = new Set([...[...former].filter((value) => !gone.includes(value)), ...added]);
      if (next.size === 0) throw invalidInput('An LF-Tag needs a value.');
      if (next.size > MAX_VALUES) throw limitExceeded(`An LF-Tag has at most ${MAX_VALUES} values.`);
      // The values of a template's resource are replaced with it; what is added here belongs to the API.
      store.changeAll((part) => ({
        ...part,
        ...(part.tags && {
          tags: part.tags.map((tag) =>
            tag.TagKey === TagKey ? { TagKey, TagValues: tag.TagValues.filter((value) => !gone.includes(value)) } : tag,
          ),
        }),
      }));
      store.changeApi((part) => ({
        ...part,
        tags: [...(part.tags ?? []).filter((tag) => tag.TagKey !== TagKey), { TagKey, TagValues: [...next].sort() }],
      }));
      return {};
    },

    /** What has the tag loses it; grants by it match nothing any longer. */
    DeleteLFTag: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const TagKey = readTagText(input.TagKey, 'tagKey');
      values(TagKey);
      requireOnTag(context, caller, 'DROP', TagKey);
      store.changeAll((part) => ({
        ...part,
        ...(part.tags && { tags: part.tags.filter((tag) => tag.TagKey !== TagKey) }),
        ...(part.assignments && {
          assignments: part.assignments.flatMap((assignment) => {
            const { [TagKey]: _, ...Tags } = assignment.Tags;
            return Object.keys(Tags).length > 0 ? [{ ...assignment, Tags }] : [];
          }),
        }),
        ...(part.grants && { grants: part.grants.filter(({ Resource }) => Resource.LFTag?.TagKey !== TagKey) }),
      }));
      return {};
    },

    GetLFTag: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const TagKey = readTagText(input.TagKey, 'tagKey');
      const known = values(TagKey);
      requireOnTag(context, caller, 'DESCRIBE', TagKey);
      return shown(TagKey, known);
    },

    ListLFTags: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const tags = [...knownTags(context)].filter(([key]) => mayOnTag(context, caller, 'DESCRIBE', key));
      const foreign = input.ResourceShareType === 'FOREIGN';
      const found = foreign ? [] : tags.map(([key, all]) => shown(key, all));
      const { items, NextToken } = page(found, ({ TagKey }) => TagKey, input, 1000);
      return compact({ LFTags: items, NextToken });
    },
  };
}

function requireTagCreator(context: LakeFormationContext, caller: Caller): void {
  const { facts } = context;
  const principal = context.lake.access.principalOf(caller);
  const creates = facts.grants.some(
    ({ Principal, Resource, Permissions }) =>
      principal && Resource.Catalog && Permissions.includes('CREATE_LF_TAG') && isGrantee(facts, Principal, principal),
  );
  if (!creates) context.requireAdministrator(caller, 'Create LF-Tag on Catalog');
}

/** Whether a caller has a permission on all given values of a tag (without values: on any). */
export function mayOnTag(
  context: LakeFormationContext,
  caller: Caller,
  permission: string,
  key: string,
  wanted: readonly string[] = [],
): boolean {
  if (permission === 'DESCRIBE' ? context.maySeeAll(caller) : context.mayAdminister(caller)) return true;
  const principal = context.lake.access.principalOf(caller);
  const { facts } = context;
  const held = facts.grants
    .filter(
      ({ Principal, Permissions }) =>
        principal && isGrantee(facts, Principal, principal) && Permissions.includes(permission),
    )
    .flatMap(({ Resource: { LFTag } }) => (LFTag?.TagKey === key ? LFTag.TagValues : []));
  return held.length > 0 && (held.includes('*') || wanted.every((value) => held.includes(value)));
}

function requireOnTag(context: LakeFormationContext, caller: Caller, permission: string, key: string): void {
  if (mayOnTag(context, caller, permission, key)) return;
  throw insufficient(`${permission[0]}${permission.slice(1).toLowerCase()} on ${key}`);
}
