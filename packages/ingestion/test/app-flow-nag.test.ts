import { LakeCatalog } from '@lakewright/catalog';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { expect, test } from 'vitest';
import { AppFlowConnection, AppFlowConnector, AppFlowIngestion, AppFlowSource } from '../src';
import { lake } from './app-flow.support';
import { nagFindings } from './support';

test('cdk-nag finds nothing in flows and connections that is not acknowledged with its reason', () => {
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
  expect(nagFindings(app)).toEqual([]);
});
