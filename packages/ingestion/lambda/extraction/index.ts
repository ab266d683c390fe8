import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ExtractionConfiguration } from '../../src/private/extraction-configuration';
import { s3Client } from '../shared/s3-client';
import { localUrl } from './endpoints';
import type { Answer } from './extract';
import { handle } from './handler';
import { S3Store } from './s3-store';

interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

const secrets = new SecretsManagerClient();
const lambda = new LambdaClient();
const store = new S3Store(s3Client());

/** @param event `runId`, the same in retries; without it, the invocation's own id, which Lambda keeps when it retries */
export async function handler(event: { readonly runId?: string } | undefined, context: Context): Promise<Answer> {
  const config = JSON.parse(process.env.LAKEWRIGHT_EXTRACTION ?? 'null') as ExtractionConfiguration;
  const total = context.getRemainingTimeInMillis();
  return handle(
    {
      store,
      fetch,
      now: Date.now,
      sleep: (millis) => sleep(millis),
      random: Math.random,
      // a step that takes as long as all before it together still fits
      timeIsUp: () => context.getRemainingTimeInMillis() < total / 2,
      locate: (url) => localUrl(url, process.env.LAKEWRIGHT_ENDPOINTS),
      log: console.log,
      readSecret: async (SecretId) => {
        const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
        return SecretString ?? '';
      },
      invoke: async (FunctionName, payload) => {
        const { Payload, FunctionError } = await lambda.send(
          new InvokeCommand({ FunctionName, Payload: new TextEncoder().encode(payload) }),
        );
        return { payload: new TextDecoder().decode(Payload), error: FunctionError };
      },
    },
    config,
    event?.runId ?? context.awsRequestId,
  );
}
