import { LakeStorage } from '@lakewright/storage';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { expect, test } from 'vitest';
import { LambdaExtraction, RestAuth, RestExtraction, Watermark } from '../src';
import { nagFindings } from './support';

test('extractions on a schedule have no finding that is not acknowledged', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const arn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:api-AbCdEf';
  const secret = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', arn);
  const functionArn = 'arn:aws:lambda:eu-west-1:111111111111:function:theirs';
  const theirs = lambda.Function.fromFunctionArn(stack, 'Theirs', functionArn);
  const { raw } = new LakeStorage(stack, 'Storage');
  const common = {
    watermark: Watermark.on('last_modified'),
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
  };
  const auth = RestAuth.bearer(secret);
  const url = 'https://wildlife.example.com/strikes';
  new RestExtraction(stack, 'Rest', { ...common, url, auth, target: raw.location('strikes') });
  new LambdaExtraction(stack, 'Lambda', { ...common, source: theirs, target: raw.location('crm') });
  expect(nagFindings(app)).toEqual([]);
});
