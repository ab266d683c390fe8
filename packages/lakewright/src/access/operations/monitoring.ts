import { on, onEverything, type ServiceAccess } from './operation-access';

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
export const monitoringAccess: ServiceAccess = {
  ...onEverything('cloudwatch', ['PutMetricData', 'GetMetricStatistics', 'GetMetricData', 'ListMetrics']),
  ...on('cloudwatch', ['DescribeAlarms'], () => ['*']),
  ...on('cloudwatch', ['SetAlarmState'], ({ AlarmName }, lake) => [
    `arn:${lake.partition}:cloudwatch:${lake.region}:${lake.account}:alarm:${AlarmName}`,
  ]),
  ...on('cloudwatch', ['EnableAlarmActions', 'DisableAlarmActions'], ({ AlarmNames = [] }, lake) =>
    AlarmNames.map((name: string) => `arn:${lake.partition}:cloudwatch:${lake.region}:${lake.account}:alarm:${name}`),
  ),
};
