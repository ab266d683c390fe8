import { App } from 'aws-cdk-lib';
import { BatchLakeStack } from './batch-lake-stack';

const app = new App();

new BatchLakeStack(app, 'BatchLake', {
  description: 'Lakewright sample: a batch lake on aviation data',
  partnerBucket: process.env.PARTNER_BUCKET ?? 'aviation-partner',
});
