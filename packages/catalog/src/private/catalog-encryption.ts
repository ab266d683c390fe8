import { Aws, Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * Sets the account's catalog encryption through the upstream catalog.
 *
 * Glue uses the key with the caller's rights, so that every role that reads the catalog needs the key. The statement is the
 * one of AWS managed keys: everybody in the account, through Glue only.
 */
export function encryptCatalog(scope: Construct, key: kms.IKey): void {
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'GlueDataCatalog',
      principals: [new iam.AnyPrincipal()],
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'kms:CallerAccount': Aws.ACCOUNT_ID,
          'kms:ViaService': `glue.${Stack.of(scope).region}.${Aws.URL_SUFFIX}`,
        },
      },
    }),
  );
  glue.Catalog.encryptAccount(scope, {
    encryptionAtRest: glue.DataCatalogEncryptionAtRest.kms(key),
    connectionPasswordEncryption: { kmsKey: key },
  });
}
