import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { expect, test } from 'vitest';
import { DataSyncCopy, DataSyncSource } from '../src';
import { nagFindings } from './support';

test('a copy by DataSync has no finding', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const { raw } = new LakeStorage(stack, 'Storage');
  const sasToken = secretsmanager.Secret.fromSecretNameV2(stack, 'Token', 'azure/flights');
  new DataSyncCopy(stack, 'Copy', {
    source: DataSyncSource.azureBlob({ containerUrl: 'https://lake.blob.core.windows.net/flights', sasToken }),
    target: raw.location('flights'),
  });
  expect(nagFindings(app)).toEqual([]);
});
