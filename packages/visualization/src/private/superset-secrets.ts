import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { refuse } from './refuse';

export interface SecretKeys {
  readonly current: secretsmanager.Secret;
  readonly previous?: secretsmanager.Secret;
}

/** The key of this generation and of the one before. Without it what is encrypted is lost: it outlives the stack. */
export function secretKeysOf(
  scope: Construct,
  key: kms.IKey,
  environment: LakeEnvironment,
  generation = 1,
): SecretKeys {
  if (!Number.isInteger(generation) || generation < 1) {
    refuse('InvalidGeneration', `secretKeyGeneration "${generation}"`, 'a whole number from 1 on', 'raise it by one');
  }
  const of = (number: number) => {
    const secret = new secretsmanager.Secret(scope, number === 1 ? 'SecretKey' : `SecretKey${number}`, {
      description: 'By which Superset signs sessions and encrypts stored passwords',
      encryptionKey: key,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: removalOf(environment),
    });
    notByItself(secret, 'what it encrypted has to be encrypted again: secretKeyGeneration does it');
    return secret;
  };
  return { current: of(generation), ...(generation > 1 ? { previous: of(generation - 1) } : {}) };
}

/** Name and password of the administrator. */
export function adminOf(scope: Construct, key: kms.IKey, environment: LakeEnvironment, username = 'admin') {
  const secret = new secretsmanager.Secret(scope, 'Admin', {
    description: 'The administrator of Superset',
    encryptionKey: key,
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ username }),
      generateStringKey: 'password',
      passwordLength: 32,
      excludePunctuation: true,
    },
    removalPolicy: removalOf(environment),
  });
  notByItself(secret, 'whoever changes it runs the init task, which gives the administrator this password');
  return secret;
}

function removalOf({ destroysData }: LakeEnvironment): RemovalPolicy {
  return destroysData ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
}

function notByItself(secret: secretsmanager.Secret, reason: string): void {
  NagFindings.acknowledge(secret, ['AwsSolutions-SMG4', 'SecretsManagerRotationEnabled'], reason);
}
