import { createHash } from 'node:crypto';
import type { ApiShape } from '../../api-shape';
import { type Operation, ServiceError } from '../../service';
import { entityNotFound, invalidInput } from '../errors';
import { compact, requiredName, requiredObject, requiredString, requiredStrings } from '../input';
import { page } from '../paging';
import { StateMap } from '../state-map';
import type { CatalogContext } from './context';

interface Policy {
  readonly PolicyInJson: string;
  readonly PolicyHash: string;
  readonly CreateTime: number;
  readonly UpdateTime: number;
}

/** Settings of the catalog as a whole: kept and answered, without an effect on local data. */
export function settingsOperations(context: CatalogContext): Record<string, Operation> {
  const { workspace } = context.lake;
  const settings = new StateMap<ApiShape>(workspace, 'glue-catalog-settings');
  const policies = new StateMap<Policy>(workspace, 'glue-resource-policies');
  const { tags } = context;
  const catalogArn = context.arn('catalog');

  return {
    GetCatalogImportStatus: async (input) => {
      context.checkCatalog(input);
      return { ImportStatus: { ImportCompleted: true, ImportTime: 0, ImportedBy: 'lakewright' } };
    },

    GetDataCatalogEncryptionSettings: async (input) => {
      context.checkCatalog(input);
      return {
        DataCatalogEncryptionSettings: settings.get('encryption') ?? {
          EncryptionAtRest: { CatalogEncryptionMode: 'DISABLED' },
          ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: false },
        },
      };
    },

    PutDataCatalogEncryptionSettings: async (input) => {
      context.checkCatalog(input);
      settings.put('encryption', requiredObject(input.DataCatalogEncryptionSettings, 'dataCatalogEncryptionSettings'));
      return {};
    },

    PutResourcePolicy: async (input) => {
      const PolicyInJson = requiredString(input.PolicyInJson?.replace(/[\r\n]+/g, ' '), 'policyInJson', 10_240);
      try {
        JSON.parse(PolicyInJson);
      } catch (error) {
        throw invalidInput(`PolicyInJson is not JSON: ${(error as Error).message}.`);
      }
      const arn = input.ResourceArn ?? catalogArn;
      const former = policies.get(arn);
      if (input.PolicyExistsCondition === 'MUST_EXIST' && !former) throw policyNotFound();
      if (input.PolicyExistsCondition === 'NOT_EXIST' && former) throw conditionFailed('a policy exists');
      if (input.PolicyHashCondition && input.PolicyHashCondition !== former?.PolicyHash) {
        throw conditionFailed('the policy has another hash');
      }
      const PolicyHash = createHash('sha256').update(PolicyInJson).digest('base64');
      const now = context.now();
      policies.put(arn, { PolicyInJson, PolicyHash, CreateTime: former?.CreateTime ?? now, UpdateTime: now });
      return { PolicyHash };
    },

    GetResourcePolicy: async (input) => {
      const policy = policies.get(input.ResourceArn ?? catalogArn);
      if (!policy) throw policyNotFound();
      return { ...policy };
    },

    GetResourcePolicies: async (input) => {
      const { items, NextToken } = page(policies.entries(), ([arn]) => arn, input, 1000);
      return compact({ GetResourcePoliciesResponseList: items.map(([, policy]) => policy), NextToken });
    },

    DeleteResourcePolicy: async (input) => {
      const arn = input.ResourceArn ?? catalogArn;
      const former = policies.get(arn);
      if (!former) throw policyNotFound();
      if (input.PolicyHashCondition && input.PolicyHashCondition !== former.PolicyHash) {
        throw conditionFailed('the policy has another hash');
      }
      policies.delete(arn);
      return {};
    },

    TagResource: async (input) => {
      const arn = requiredString(input.ResourceArn, 'resourceArn', 10_240);
      const merged = { ...tags.get(arn), ...requiredObject(input.TagsToAdd, 'tagsToAdd') };
      if (Object.keys(merged).length > 50)
        throw invalidInput(`A resource has at most 50 tags; ${arn} would have more.`);
      tags.put(arn, merged);
      return {};
    },

    UntagResource: async (input) => {
      const arn = requiredString(input.ResourceArn, 'resourceArn', 10_240);
      const removed = new Set(requiredStrings(input.TagsToRemove, 'tagsToRemove', 50));
      const kept = Object.entries(tags.get(arn) ?? {}).filter(([key]) => !removed.has(key));
      tags.put(arn, Object.fromEntries(kept));
      return {};
    },

    GetTags: async (input) => ({ Tags: tags.get(requiredString(input.ResourceArn, 'resourceArn', 10_240)) ?? {} }),

    // Hive user-defined functions: none can run locally, so none can be made, and the list is truly empty.
    GetUserDefinedFunctions: async (input) => {
      context.checkCatalog(input);
      if (input.DatabaseName) context.links.requireDatabase(requiredName(input.DatabaseName, 'databaseName'));
      return { UserDefinedFunctions: [] };
    },

    GetUserDefinedFunction: async (input) => {
      context.checkCatalog(input);
      context.links.requireDatabase(requiredName(input.DatabaseName, 'databaseName'));
      throw entityNotFound('Cannot find function.');
    },
  };
}

const policyNotFound = () => entityNotFound('Policy not found');

const conditionFailed = (why: string) =>
  new ServiceError('ConditionCheckFailureException', `The condition of the request isn't met: ${why}.`);
