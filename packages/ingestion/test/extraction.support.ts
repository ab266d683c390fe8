import { DataLocation } from '@lakewright/core';
import { App, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  LambdaExtraction,
  type LambdaExtractionProps,
  RestExtraction,
  type RestExtractionProps,
  Watermark,
} from '../src';
import type { ExtractionConfiguration } from '../src/private/extraction-configuration';
import type { PolicyEvaluator } from './support';

/** A bucket with a key, a secret with another, a function of the user's own. */
export function source(stack: Stack) {
  const bucket = new s3.Bucket(stack, 'Lake', { encryptionKey: new kms.Key(stack, 'Key') });
  const secretKey = new kms.Key(stack, 'SecretKey');
  const secret = new secretsmanager.Secret(stack, 'Secret', { encryptionKey: secretKey });
  const other = new secretsmanager.Secret(stack, 'OtherSecret');
  const theirs = lambda.Function.fromFunctionAttributes(stack, 'Theirs', {
    functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:theirs',
    sameEnvironment: true,
  });
  const target = DataLocation.of(bucket, 'raw/strikes');
  return { bucket, secret, secretKey, other, theirs, target };
}

export type Source = ReturnType<typeof source>;

export function rest(props: (from: Source, stack: Stack) => Partial<RestExtractionProps> = () => ({})) {
  const stack = new Stack(new App(), 'Stack');
  const from = source(stack);
  const extraction = new RestExtraction(stack, 'Strikes', {
    url: 'https://wildlife.example.com/strikes',
    watermark: Watermark.on('last_modified'),
    target: from.target,
    ...props(from, stack),
  });
  return { stack, extraction, ...from };
}

export function byFunction(props: (from: Source) => Partial<LambdaExtractionProps> = () => ({})) {
  const stack = new Stack(new App(), 'Stack');
  const from = source(stack);
  const extraction = new LambdaExtraction(stack, 'Strikes', {
    source: from.theirs,
    watermark: Watermark.on('last_modified'),
    target: from.target,
    ...props(from),
  });
  return { stack, extraction, ...from };
}

/** What the function is told. */
export function configurationOf(policies: PolicyEvaluator): ExtractionConfiguration {
  const [made] = policies.app.resources('AWS::Lambda::Function');
  const environment = made?.properties.Environment as { Variables: Record<string, string> } | undefined;
  return JSON.parse(environment?.Variables.LAKEWRIGHT_EXTRACTION ?? '');
}
