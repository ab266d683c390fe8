import { LakeCatalog } from '@lakewright/catalog';
import { CfnParameter } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { expect, test } from 'vitest';
import {
  AppFlowConnection,
  AppFlowConnector,
  AppFlowIngestion,
  AppFlowSource,
  JdbcIngestion,
  JdbcSource,
  JdbcTable,
} from '../src';
import { lake } from './app-flow.support';
import { nagFindings } from './support';

test('cdk-nag finds nothing in flows, connections and JDBC ingestions that is not acknowledged with its reason', () => {
  const { app, stack, storage } = lake();
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'desk');
  const connector = AppFlowConnector.zendesk({ instanceUrl: 'https://theirs.zendesk.com', secret });
  const connection = new AppFlowConnection(stack, 'Desk', { connector });
  new AppFlowIngestion(stack, 'Tickets', {
    source: AppFlowSource.zendesk({ connection, object: 'tickets' }),
    target: storage.raw.location('tickets'),
    catalog: { database: catalog.raw, tablePrefix: 'desk' },
  });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0a1b2c3d',
    availabilityZones: [new CfnParameter(stack, 'Zone').valueAsString],
    privateSubnetIds: ['subnet-0a1b2c3d'],
  });
  new JdbcIngestion(stack, 'Operations', {
    source: JdbcSource.database({ url: 'jdbc:postgresql://db.example.com/operations', secret, vpc }),
    tables: [JdbcTable.of('public.flights')],
    target: storage.raw.location('operations'),
    schedule: events.Schedule.cron({ hour: '3', minute: '0' }),
  });
  expect(nagFindings(app)).toEqual([]);
});
