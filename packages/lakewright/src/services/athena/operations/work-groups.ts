import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import { invalidRequest } from '../errors';
import { page, requiredText } from '../input';
import { checkManaged } from '../queries/managed-results';
import type { QueryService } from '../queries/query-service';
import { ENGINE_VERSION, type WorkGroup } from '../queries/workgroups';
import type { Tags } from './tags';

/** Updates name what they take away by members of their own. */
const REMOVALS: Readonly<Record<string, string>> = {
  RemoveOutputLocation: 'OutputLocation',
  RemoveEncryptionConfiguration: 'EncryptionConfiguration',
  RemoveExpectedBucketOwner: 'ExpectedBucketOwner',
  RemoveAclConfiguration: 'AclConfiguration',
};

export function workGroupOperations(
  { workGroups, history, prepared }: QueryService,
  tags: Tags,
): Record<string, Operation> {
  return {
    CreateWorkGroup: async (input) => {
      const name = requiredText(input, 'Name');
      if (!/^[a-zA-Z0-9._-]{1,128}$/.test(name))
        throw invalidRequest(`Name '${name}' must match [a-zA-Z0-9._-]{1,128}`);
      if (workGroups.find(name)) throw invalidRequest('WorkGroup is already created', 'WORKGROUP_ALREADY_EXISTS');
      checkManaged(input.Configuration);
      workGroups.put(workGroups.create(name, input.Configuration, input.Description));
      tags.put(tags.arn('workgroup', name), input.Tags);
      return {};
    },

    GetWorkGroup: async (input) => ({ WorkGroup: workGroups.get(requiredText(input, 'WorkGroup')) }),

    ListWorkGroups: async (input) => {
      const { items, NextToken } = page(workGroups.list(), input, 50);
      const summary = ({ Name, State, Description, CreationTime }: WorkGroup) => ({
        Name,
        State,
        Description,
        CreationTime,
        EngineVersion: ENGINE_VERSION,
      });
      return { WorkGroups: items.map(summary), NextToken };
    },

    UpdateWorkGroup: async (input) => {
      const workGroup = workGroups.get(requiredText(input, 'WorkGroup'));
      const Configuration = updated(workGroup.Configuration, input.ConfigurationUpdates ?? {});
      checkManaged(Configuration);
      workGroups.put({
        ...workGroup,
        ...(input.State && { State: input.State }),
        ...(input.Description !== undefined && { Description: input.Description }),
        Configuration,
      });
      return {};
    },

    DeleteWorkGroup: async (input) => {
      const { Name } = workGroups.get(requiredText(input, 'WorkGroup'));
      if (Name === 'primary') throw invalidRequest('The primary workgroup cannot be deleted');
      const used = history.list().some((execution) => execution.workGroup === Name) || prepared.list(Name).length > 0;
      if (used && !input.RecursiveDeleteOption) throw invalidRequest(`WorkGroup ${Name} is not empty`);
      for (const { StatementName } of prepared.list(Name)) prepared.delete(Name, StatementName);
      workGroups.delete(Name);
      return {};
    },
  };
}

function updated(configuration: ApiShape, changes: ApiShape): ApiShape {
  const {
    ResultConfigurationUpdates: results,
    ManagedQueryResultsConfigurationUpdates: managed,
    RemoveBytesScannedCutoffPerQuery: noCutoff,
    ...others
  } = changes;
  const result: ApiShape = { ...configuration, ...others };
  if (noCutoff) delete result.BytesScannedCutoffPerQuery;
  if (results) {
    const own = { ...configuration.ResultConfiguration };
    for (const [member, value] of Object.entries(results)) {
      const removed = REMOVALS[member];
      if (removed === undefined) own[member] = value;
      else if (value) delete own[removed];
    }
    result.ResultConfiguration = own;
  }
  if (managed) {
    const { RemoveEncryptionConfiguration: plain, ...given } = managed;
    const { EncryptionConfiguration: former, ...own } = configuration.ManagedQueryResultsConfiguration ?? {};
    const kept = plain || former === undefined ? {} : { EncryptionConfiguration: former };
    result.ManagedQueryResultsConfiguration = { ...own, ...kept, ...given };
  }
  result.EngineVersion = {
    ...ENGINE_VERSION,
    ...changes.EngineVersion,
    EffectiveEngineVersion: ENGINE_VERSION.EffectiveEngineVersion,
  };
  return result;
}
