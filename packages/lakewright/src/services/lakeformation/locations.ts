import type { Location } from '../../access/lake-formation/facts';
import type { ApiShape } from '../api-shape';
import { compact, requiredString } from '../glue/input';
import { page } from '../glue/paging';
import type { Operation } from '../service';
import type { LakeFormationContext } from './context';
import { alreadyExists, entityNotFound, invalidInput, notLocal } from './errors';
import { readLocation } from './input';

/** RegisterResource … ListResources. Who may is IAM's matter, not Lake Formation's. */
export function locationOperations(context: LakeFormationContext): Record<string, Operation> {
  const { store } = context;

  const find = (arn: ApiShape): Location => {
    const ResourceArn = readLocation(arn);
    const found = context.facts.locations.find((location) => location.ResourceArn === ResourceArn);
    if (found === undefined) throw entityNotFound(`The resource ${ResourceArn} is not registered.`);
    return found;
  };

  return {
    RegisterResource: async (input) => {
      const location = readRegistration(context, input);
      if (context.facts.locations.some(({ ResourceArn }) => ResourceArn === location.ResourceArn)) {
        throw alreadyExists('Resource is already registered');
      }
      store.changeApi((part) => ({ ...part, locations: [...(part.locations ?? []), location] }));
      return {};
    },

    UpdateResource: async (input) => {
      const former = find(input.ResourceArn);
      if (isServiceLinked(former)) {
        throw invalidInput("A location that is registered with a service linked role can't be changed.");
      }
      const next: Location = {
        ...former,
        RoleArn: readRole(input.RoleArn),
        ...(input.HybridAccessEnabled !== undefined && { HybridAccessEnabled: input.HybridAccessEnabled === true }),
        ...(input.WithFederation !== undefined && { WithFederation: input.WithFederation === true }),
        LastModified: context.now(),
      };
      store.changeAll((part) => ({
        ...part,
        ...(part.locations && {
          locations: part.locations.map((location) => (location.ResourceArn === next.ResourceArn ? next : location)),
        }),
      }));
      return {};
    },

    DeregisterResource: async (input) => {
      const { ResourceArn: gone } = find(input.ResourceArn);
      store.changeAll((part) => ({
        ...part,
        ...(part.locations && { locations: part.locations.filter(({ ResourceArn }) => ResourceArn !== gone) }),
      }));
      return {};
    },

    DescribeResource: async (input) => ({ ResourceInfo: find(input.ResourceArn) }),

    ListResources: async (input) => {
      const found = context.facts.locations.filter((location) =>
        (input.FilterConditionList ?? []).every((condition: ApiShape) => meets(location, condition)),
      );
      const { items, NextToken } = page(found, ({ ResourceArn }) => ResourceArn, input, 1000);
      return compact({ ResourceInfoList: items, NextToken });
    },
  };
}

/** A location as it is kept. @throws ServiceError InvalidInputException */
export function readRegistration(context: LakeFormationContext, input: ApiShape): Location {
  const ResourceArn = readLocation(input.ResourceArn);
  const linked = flag(input.UseServiceLinkedRole);
  if (!linked && !input.RoleArn) throw invalidInput('A location needs a RoleArn, or UseServiceLinkedRole.');
  if (linked && flag(input.HybridAccessEnabled)) {
    throw invalidInput("Hybrid access mode needs a role of one's own, not the service linked one.");
  }
  return {
    ResourceArn,
    RoleArn: input.RoleArn
      ? readRole(input.RoleArn)
      : `arn:${context.lake.partition}:iam::${context.lake.account}:role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess`,
    HybridAccessEnabled: flag(input.HybridAccessEnabled),
    WithFederation: flag(input.WithFederation),
    LastModified: context.now(),
  };
}

/** Templates write booleans as text, too. */
const flag = (value: ApiShape) => value === true || value === 'true';

const isServiceLinked = ({ RoleArn }: Location) =>
  RoleArn?.includes('/AWSServiceRoleForLakeFormationDataAccess') ?? false;

function readRole(arn: ApiShape): string {
  const given = requiredString(arn, 'roleArn', 2048);
  if (!/^arn:[a-z-]+:iam::\d*:role\/.+/.test(given)) throw invalidInput(`The role ARN ${given} is not one of a role.`);
  return given;
}

/** https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_FilterCondition.html */
function meets(
  { ResourceArn, RoleArn }: Location,
  { Field, ComparisonOperator, StringValueList = [] }: ApiShape,
): boolean {
  const value = Field === 'RESOURCE_ARN' ? ResourceArn : Field === 'ROLE_ARN' ? (RoleArn ?? '') : undefined;
  const values: readonly string[] = StringValueList;
  if (value === undefined) throw notLocal(`a filter condition on ${Field}`);
  switch (ComparisonOperator) {
    case 'EQ':
    case 'IN':
      return values.includes(value);
    case 'NE':
      return !values.includes(value);
    case 'CONTAINS':
      return values.some((text) => value.includes(text));
    case 'NOT_CONTAINS':
      return !values.some((text) => value.includes(text));
    case 'BEGINS_WITH':
      return values.some((text) => value.startsWith(text));
    default:
      throw notLocal(`the filter condition ${ComparisonOperator}`);
  }
}
