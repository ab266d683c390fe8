import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, type ResourceHandler, ServiceError, type ServiceFactory } from '../service';
import { type Parameter, Parameters } from './parameters';

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html */
const MAX_PAGE = 10;
const MAX_DESCRIBED = 50;

/** Parameter Store. */
export const ssm: ServiceFactory = (lake) => {
  const parameters = new Parameters(lake);
  return {
    name: 'ssm',
    protocol: { kind: 'json', version: '1.1', target: 'AmazonSSM' },
    resources: { 'AWS::SSM::Parameter': parameterResource(parameters) },
    operations: operations(lake, parameters),
    tasks: {},
  };
};

function parameterResource(parameters: Parameters): ResourceHandler {
  return {
    classification: 'executed',
    apply: async ({ physicalId, properties }) => {
      const { Type, Value, Description, DataType = 'text', Tier, AllowedPattern } = properties;
      const wanted = { Name: physicalId, Type, Value: String(Value), Description, DataType, Tier, AllowedPattern };
      const former = parameters.find(physicalId);
      const same =
        former !== undefined &&
        Object.entries(wanted).every(([name, value]) => former[name as keyof Parameter] === value);
      if (!same) parameters.put(wanted);
    },
  };
}

function operations(lake: LakeContext, parameters: Parameters): Readonly<Record<string, Operation>> {
  const arn = (name: string) =>
    `arn:${lake.partition}:ssm:${lake.region}:${lake.account}:parameter/${name.replace(/^\//, '')}`;
  const shape = ({ Name, Type, Value, Version, LastModifiedDate, DataType }: Parameter) => ({
    Name,
    Type,
    Value,
    Version,
    LastModifiedDate,
    ARN: arn(Name),
    DataType,
  });
  const description = ({ Value: _, ...rest }: Parameter) => ({ Tier: 'Standard', ...rest, ARN: arn(rest.Name) });

  return {
    GetParameter: async ({ Name }: ApiShape) => {
      const found = parameters.find(Name);
      if (found === undefined) throw new ServiceError('ParameterNotFound', `Parameter ${Name} not found.`);
      return { Parameter: shape(found) };
    },
    GetParameters: async ({ Names }: ApiShape) => {
      const found = (Names as string[]).map((name) => [name, parameters.find(name)] as const);
      return {
        Parameters: found.flatMap(([, parameter]) => (parameter === undefined ? [] : [shape(parameter)])),
        InvalidParameters: found.flatMap(([name, parameter]) => (parameter === undefined ? [name] : [])),
      };
    },
    GetParametersByPath: async ({ Path, Recursive, MaxResults, NextToken }: ApiShape) => {
      if (!String(Path).startsWith('/')) {
        throw new ServiceError('ValidationException', `the path "${Path}" must begin with a slash`);
      }
      const prefix = String(Path).replace(/\/*$/, '/');
      const below = parameters
        .all()
        .filter(({ Name }) => Name.startsWith(prefix) && (Recursive || !Name.slice(prefix.length).includes('/')));
      const { page, next } = paginate(below, NextToken, Math.min(MaxResults ?? MAX_PAGE, MAX_PAGE));
      return { Parameters: page.map(shape), NextToken: next };
    },
    DescribeParameters: async ({ ParameterFilters, Filters, MaxResults, NextToken }: ApiShape) => {
      const found = parameters.all().filter((parameter) => matches(parameter, ParameterFilters ?? [], Filters ?? []));
      const { page, next } = paginate(found, NextToken, Math.min(MaxResults ?? MAX_DESCRIBED, MAX_DESCRIBED));
      return { Parameters: page.map(description), NextToken: next };
    },
    PutParameter: async (input: ApiShape) => {
      const { Name, Value, Type, Description, Overwrite, DataType, Tier, AllowedPattern } = input;
      const former = parameters.find(Name);
      if (former !== undefined && !Overwrite) {
        throw new ServiceError(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        );
      }
      if (former === undefined && Type === undefined) {
        throw new ServiceError('ValidationException', 'A parameter type is required when you create a parameter.');
      }
      if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(Value)) {
        throw new ServiceError(
          'ParameterPatternMismatchException',
          `the value doesn't fit the pattern "${AllowedPattern}"`,
        );
      }
      const made = parameters.put({
        Name,
        Value,
        Type: Type ?? former?.Type,
        Description: Description ?? former?.Description,
        DataType: DataType ?? 'text',
        Tier: Tier ?? 'Standard',
        AllowedPattern,
      });
      return { Version: made.Version, Tier: made.Tier };
    },
    DeleteParameter: async ({ Name }: ApiShape) => {
      if (!parameters.remove(Name)) throw new ServiceError('ParameterNotFound', `Parameter ${Name} not found.`);
      return {};
    },
    DeleteParameters: async ({ Names }: ApiShape) => {
      const deleted = (Names as string[]).filter((name) => parameters.remove(name));
      const gone = new Set(deleted);
      return { DeletedParameters: deleted, InvalidParameters: (Names as string[]).filter((name) => !gone.has(name)) };
    },
  };
}

function paginate<T>(
  all: readonly T[],
  token: string | undefined,
  size: number,
): { page: readonly T[]; next?: string } {
  const start = Number(token ?? 0);
  if (!Number.isInteger(start) || start < 0)
    throw new ServiceError('InvalidNextToken', 'The specified token is not valid.');
  return { page: all.slice(start, start + size), next: start + size < all.length ? String(start + size) : undefined };
}

function matches(parameter: Parameter, filters: readonly ApiShape[], old: readonly ApiShape[]): boolean {
  const all = [...filters, ...old.map(({ Key, Values }) => ({ Key, Values, Option: 'BeginsWith' }))];
  return all.every(({ Key, Option = 'Equals', Values = [] }) => {
    const texts: string[] = Values;
    if (Key === 'Path') {
      return texts.some((path) => parameter.Name.startsWith(path.replace(/\/*$/, '/')));
    }
    const value = Key === 'Name' ? parameter.Name : Key === 'Type' ? parameter.Type : undefined;
    if (value === undefined) throw new ServiceError('InvalidFilterKey', `the filter "${Key}" isn't done by Lakewright`);
    if (Option === 'Contains') return texts.some((text) => value.includes(text));
    return texts.some((text) => (Option === 'BeginsWith' ? value.startsWith(text) : value === text));
  });
}
