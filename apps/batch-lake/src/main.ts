import { App } from 'aws-cdk-lib';
import { BatchLakeStack } from './batch-lake-stack';
import { DASHBOARDS } from './dashboards';

const app = new App();
const wanted = app.node.tryGetContext('dashboards') ?? 'superset';
const dashboards = DASHBOARDS.find((kind) => kind === wanted);
if (!dashboards) {
  console.error(`-c dashboards=${wanted} → one of ${DASHBOARDS.join(', ')}`);
  process.exit(1);
}

new BatchLakeStack(app, 'BatchLake', {
  description: 'Lakewright sample: a batch lake on aviation data',
  dashboards,
  sources: {
    operationsSecret: process.env.OPERATIONS_SECRET ?? 'operations/database',
    wildlifeApi: process.env.WILDLIFE_API ?? 'https://wildlife.example.com/strikes',
    crmConnection: process.env.CRM_CONNECTION ?? 'crm',
    partnerBucket: process.env.PARTNER_BUCKET ?? 'aviation-partner',
    planningBucket: process.env.PLANNING_BUCKET ?? 'aviation-planning',
  },
});
