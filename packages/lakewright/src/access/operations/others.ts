import type { ApiShape } from '../../services/api-shape';
import { type LakeContext, LOCAL_ADMIN } from '../../services/service';
import {
  list,
  on,
  onEverything,
  passRole,
  regionalArn,
  type ServiceAccess,
  tagContext,
  unconditional,
} from './operation-access';

const functionArn = ({ FunctionName, Qualifier }: ApiShape, lake: LakeContext): string[] => {
  const name = String(FunctionName);
  const arn = name.startsWith('arn:')
    ? name
    : regionalArn(lake, 'lambda', `function:${name.split(':function:').at(-1)}`);
  return [Qualifier === undefined || Qualifier === null ? arn : `${arn}:${Qualifier}`];
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
export const lambdaAccess: ServiceAccess = {
  Invoke: (input, lake) => [{ action: 'lambda:InvokeFunction', resources: functionArn(input, lake) }],
  ...on('lambda', ['GetFunction', 'GetFunctionConfiguration'], functionArn),
  ...onEverything('lambda', ['ListFunctions']),
};

const flow = (input: ApiShape, lake: LakeContext): string[] => [
  regionalArn(lake, 'appflow', `flow/${input.flowName ?? input.FlowName}`),
];

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappflow.html */
export const appflowAccess: ServiceAccess = {
  ...on(
    'appflow',
    [
      'UpdateFlow',
      'DeleteFlow',
      'StartFlow',
      'StopFlow',
      'CancelFlowExecutions',
      'DescribeFlow',
      'DescribeFlowExecutionRecords',
    ],
    flow,
  ),
  CreateFlow: (input, lake) => [
    { action: 'appflow:CreateFlow', resources: flow(input, lake), context: tagContext(input.tags) },
  ],
  ...onEverything('appflow', ['ListFlows', 'DescribeConnectorProfiles']),
};

const byArn = (member: string) => (input: ApiShape) => [String(input[member])];

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsdatabasemigrationservice.html */
export const dmsAccess: ServiceAccess = {
  ...on(
    'dms',
    ['StartReplication', 'StopReplication', 'DescribeReplicationTableStatistics', 'ModifyReplicationConfig'],
    byArn('ReplicationConfigArn'),
  ),
  ...on(
    'dms',
    ['StartReplicationTask', 'StopReplicationTask', 'DescribeTableStatistics', 'ModifyReplicationTask'],
    byArn('ReplicationTaskArn'),
  ),
  ModifyEndpoint: (input) => [
    { action: 'dms:ModifyEndpoint', resources: [String(input.EndpointArn)] },
    ...passRole(input.S3Settings?.ServiceAccessRoleArn ?? input.ServiceAccessRoleArn, 'dms'),
  ],
  ...onEverything('dms', [
    'DescribeReplications',
    'DescribeReplicationConfigs',
    'DescribeReplicationTasks',
    'DescribeEndpoints',
    'DescribeReplicationInstances',
  ]),
};

const parameter = (lake: LakeContext, name: unknown): string => {
  const text = String(name);
  if (text.startsWith('arn:')) return text;
  return regionalArn(lake, 'ssm', `parameter${text.startsWith('/') ? '' : '/'}${text.split(':')[0]}`);
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export const ssmAccess: ServiceAccess = {
  ...on('ssm', ['GetParameter', 'PutParameter', 'DeleteParameter'], (input, lake) => [parameter(lake, input.Name)]),
  ...on('ssm', ['GetParameters', 'DeleteParameters'], (input, lake) =>
    list(input.Names).map((name) => parameter(lake, name)),
  ),
  ...on('ssm', ['GetParametersByPath'], (input, lake) => [parameter(lake, String(input.Path).replace(/(.)\/$/, '$1'))]),
  ...onEverything('ssm', ['DescribeParameters']),
};

async function secret({ SecretId }: ApiShape, lake: LakeContext): Promise<string[]> {
  const found = await lake.call('secretsmanager', 'DescribeSecret', { SecretId }, LOCAL_ADMIN).catch(() => undefined);
  const id = String(SecretId);
  return [found?.ARN ?? (id.startsWith('arn:') ? id : regionalArn(lake, 'secretsmanager', `secret:${id}`))];
}

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
export const secretsAccess: ServiceAccess = {
  GetSecretValue: async (input, lake) => [
    {
      action: 'secretsmanager:GetSecretValue',
      resources: await secret(input, lake),
      context: {
        'secretsmanager:SecretId': String(input.SecretId),
        'secretsmanager:VersionStage': String(input.VersionStage ?? 'AWSCURRENT'),
      },
    },
  ],
  ...on('secretsmanager', ['PutSecretValue', 'UpdateSecret', 'DescribeSecret', 'DeleteSecret'], secret),
  CreateSecret: (input, lake) => [
    {
      action: 'secretsmanager:CreateSecret',
      resources: [regionalArn(lake, 'secretsmanager', `secret:${input.Name}`)],
      context: tagContext(input.Tags),
    },
  ],
  ...onEverything('secretsmanager', ['ListSecrets', 'GetRandomPassword']),
};

const key = ({ KeyId }: ApiShape, lake: LakeContext): string[] => [keyArn(lake, KeyId)];

/** A key by ARN, id, or an alias of the template. */
export function keyArn(lake: LakeContext, id: unknown): string {
  const text = String(id);
  const alias = lake.resources.find(
    ({ type, physicalId, arn }) => type === 'AWS::KMS::Alias' && (physicalId === text || arn === text),
  );
  if (alias !== undefined && alias.properties.TargetKeyId !== text) return keyArn(lake, alias.properties.TargetKeyId);
  const named = lake.resources.find(({ type, physicalId }) => type === 'AWS::KMS::Key' && physicalId === text);
  return (
    named?.arn ??
    (text.startsWith('arn:') ? text : regionalArn(lake, 'kms', text.startsWith('alias/') ? text : `key/${text}`))
  );
}

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html */
export const kmsAccess: ServiceAccess = {
  ...on('kms', ['DescribeKey', 'GetKeyRotationStatus'], key),
  ...onEverything('kms', ['ListKeys', 'ListAliases']),
};

/** Assuming a role is decided by its trust policy, in the service itself. */
export const stsAccess: ServiceAccess = {
  GetCallerIdentity: unconditional,
  GetSessionToken: unconditional,
  AssumeRole: unconditional,
  AssumeRoleWithWebIdentity: unconditional,
  AssumeRoleWithSAML: unconditional,
  ...onEverything('sts', ['GetAccessKeyInfo']),
};
