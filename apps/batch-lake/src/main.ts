import { App } from 'aws-cdk-lib';
import { BatchLakeStack } from './batch-lake-stack';

const app = new App();

new BatchLakeStack(app, 'BatchLake', {
  description: 'Lakewright sample: a batch lake on aviation data',
  sources: {
    operationsSecret: process.env.OPERATIONS_SECRET ?? 'operations/database',
    wildlifeApi: process.env.WILDLIFE_API ?? 'https://wildlife.example.com/strikes',
    crmConnection: process.env.CRM_CONNECTION ?? 'crm',
    partnerBucket: process.env.PARTNER_BUCKET ?? 'aviation-partner',
    planningBucket: process.env.PLANNING_BUCKET ?? 'aviation-planning',
  },
});
