import type { OptIn } from '../../access/lake-formation/facts';
import type { ApiShape } from '../api-shape';
import { compact } from '../glue/input';
import { page } from '../glue/paging';
import type { Operation } from '../service';
import type { LakeFormationContext } from './context';
import { entityNotFound, notLocal } from './errors';
import { sameResource } from './grant-rules';
import { readPrincipal, readResource } from './input';
import { apiResource, isThere } from './list-permissions';

/**
 * CreateLakeFormationOptIn, DeleteLakeFormationOptIn, ListLakeFormationOptIns.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/notes-hybrid.html
 */
export function optInOperations(context: LakeFormationContext): Record<string, Operation> {
  const { store } = context;
  const same = (a: OptIn, b: OptIn) => a.Principal === b.Principal && sameResource(a.Resource, b.Resource);

  return {
    CreateLakeFormationOptIn: async (input, caller) => {
      context.requireAdministrator(caller, 'Data Lake Administrator on Catalog');
      const wanted = readOptIn(context, input);
      if (!isThere(context.facts, wanted.Resource)) throw entityNotFound('The resource does not exist.');
      if (context.facts.optIns.some((optIn) => same(optIn, wanted))) return {};
      const LastUpdatedBy = context.arnOf(caller) ?? caller.principal;
      const optIn = { ...wanted, LastModified: context.now(), LastUpdatedBy };
      store.changeApi((part) => ({ ...part, optIns: [...(part.optIns ?? []), optIn] }));
      return {};
    },

    DeleteLakeFormationOptIn: async (input, caller) => {
      context.requireAdministrator(caller, 'Data Lake Administrator on Catalog');
      const gone = readOptIn(context, input);
      if (!context.facts.optIns.some((optIn) => same(optIn, gone))) throw entityNotFound('The opt-in does not exist.');
      store.changeAll((part) => ({
        ...part,
        ...(part.optIns && { optIns: part.optIns.filter((optIn) => !same(optIn, gone)) }),
      }));
      return {};
    },

    ListLakeFormationOptIns: async (input, caller) => {
      context.requireToSee(caller);
      const principal = input.Principal ? readPrincipal(input.Principal) : undefined;
      const resource = input.Resource ? readResource(input.Resource, (id) => context.checkCatalog(id)) : undefined;
      const found = context.facts.optIns
        .filter(({ Principal }) => principal === undefined || Principal === principal)
        .filter(({ Resource }) => resource === undefined || sameResource(Resource, resource))
        .map((optIn) => ({
          Principal: { DataLakePrincipalIdentifier: optIn.Principal },
          Resource: apiResource(context.lake.account, optIn.Resource),
          ...(optIn.LastModified !== undefined && { LastModified: optIn.LastModified }),
          ...(optIn.LastUpdatedBy !== undefined && { LastUpdatedBy: optIn.LastUpdatedBy }),
        }));
      const key = ({ Principal, Resource }: ApiShape) => JSON.stringify([Principal, Resource]);
      const { items, NextToken } = page(found, key, input, 1000);
      return compact({ LakeFormationOptInsInfoList: items, NextToken });
    },
  };
}

/** @throws ServiceError InvalidInputException */
export function readOptIn(context: LakeFormationContext, input: ApiShape): OptIn {
  if (input.Condition) throw notLocal('a condition of an opt-in');
  return {
    Principal: readPrincipal(input.Principal),
    Resource: readResource(input.Resource, (id) => context.checkCatalog(id)),
  };
}
