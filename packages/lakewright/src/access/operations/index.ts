import type { ApiShape } from '../../services/api-shape';
import type { LakeContext } from '../../services/service';
import type { ActionRequest } from '../contract';
import { athenaAccess } from './athena';
import { ecsAccess } from './ecs';
import { catalogArn, databaseArn, glueAccess, tableArn } from './glue';
import { eventsAccess, schedulerAccess, snsAccess, sqsAccess, statesAccess } from './messaging';
import { monitoringAccess } from './monitoring';
import type { OperationAccess, ServiceAccess } from './operation-access';
import { appflowAccess, dmsAccess, kmsAccess, lambdaAccess, secretsAccess, ssmAccess, stsAccess } from './others';
import { s3Access } from './s3';

const SERVICES: Readonly<Record<string, ServiceAccess>> = {
  appflow: appflowAccess,
  athena: athenaAccess,
  dms: dmsAccess,
  ecs: ecsAccess,
  events: eventsAccess,
  glue: glueAccess,
  kms: kmsAccess,
  lambda: lambdaAccess,
  monitoring: monitoringAccess,
  s3: s3Access,
  scheduler: schedulerAccess,
  secretsmanager: secretsAccess,
  sns: snsAccess,
  sqs: sqsAccess,
  ssm: ssmAccess,
  states: statesAccess,
  sts: stsAccess,
};

/**
 * What an operation asks of its caller; undefined = nobody but local-admin may call it.
 *
 * None of Lake Formation's actions has resources in IAM.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslakeformation.html
 */
export function accessOf(service: string, operation: string): OperationAccess | undefined {
  if (service === 'lakeformation') return () => [{ action: `lakeformation:${operation}`, resources: ['*'] }];
  const operations = SERVICES[service];
  return operations !== undefined && Object.hasOwn(operations, operation) ? operations[operation] : undefined;
}

/** Operations that personas may not call, by reason of what they are. */
export const LOCAL_ADMIN_ONLY: Readonly<Record<string, string>> = {
  'athena:LakewrightExplainQuery': "it tells how a query is run here, and isn't an operation of AWS",
  'athena:LakewrightQueryRows': "it compares answers, and isn't an operation of AWS",
  'glue:GetUnfilteredTableMetadata': 'engines that Lake Formation trusts call it',
  'glue:GetUnfilteredPartitionMetadata': 'engines that Lake Formation trusts call it',
  'glue:GetUnfilteredPartitionsMetadata': 'engines that Lake Formation trusts call it',
};

/** An answer of which a caller sees what it may. */
export interface Listing {
  /** The member that is a list. */
  readonly member: string;
  request(entry: ApiShape, lake: LakeContext): ActionRequest;
}

const tables = (action: string, member: string, database: (entry: ApiShape) => unknown): Listing => ({
  member,
  request: (entry, lake) => ({
    action,
    resources: [catalogArn(lake), databaseArn(lake, database(entry)), tableArn(lake, entry.DatabaseName, entry.Name)],
  }),
});

/** @see https://docs.aws.amazon.com/glue/latest/dg/security_iam_id-based-policy-examples.html "Filter tables by GetTables permission" */
export const LISTINGS: Readonly<Record<string, Listing>> = {
  'glue:GetTables': tables('glue:GetTables', 'TableList', (entry) => entry.DatabaseName),
  'glue:SearchTables': tables('glue:SearchTables', 'TableList', (entry) => entry.DatabaseName),
  'glue:GetDatabases': {
    member: 'DatabaseList',
    request: (entry, lake) => ({
      action: 'glue:GetDatabases',
      resources: [catalogArn(lake), databaseArn(lake, entry.Name)],
    }),
  },
};
