import { DataLocation } from '@lakewright/core';
import {
  App,
  Duration,
  aws_ec2 as ec2,
  aws_kms as kms,
  Size,
  Stack,
  aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import {
  CdcStart,
  ChangeFolders,
  DmsCertificate,
  DmsOutput,
  DmsSource,
  type DmsSourceOptions,
  DmsTls,
  LoadFolder,
  LoadMode,
  ParquetVersion,
} from '../src';
import { PolicyEvaluator } from './support';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

function database() {
  const stack = new Stack(new App(), 'Lake', { env: { account: '111111111111', region: 'eu-west-1' } });
  const secret = new secretsmanager.Secret(stack, 'Secret', { encryptionKey: new kms.Key(stack, 'SecretKey') });
  const options: DmsSourceOptions & { database: string } = {
    secret,
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-12345678', availabilityZones: ['eu-west-1a'] }),
    database: 'operations',
  };
  return { stack, secret, options };
}

function bound(make: (options: DmsSourceOptions & { database: string }) => DmsSource) {
  const { stack, options } = database();
  make(options)._bind(stack);
  const [endpoint] = Object.values(Template.fromStack(stack).findResources('AWS::DMS::Endpoint'));
  return endpoint?.Properties as Record<string, unknown>;
}

describe('a source', () => {
  test('is encrypted, takes its credentials from the secret alone, and is told to keep its slot alive', () => {
    const { stack, options } = database();
    DmsSource.postgres(options)._bind(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::DMS::Endpoint', {
      EndpointType: 'source',
      EngineName: 'postgres',
      DatabaseName: 'operations',
      SslMode: 'require',
      Username: Match.absent(),
      Password: Match.absent(),
      ServerName: Match.absent(),
      PostgreSqlSettings: {
        PluginName: 'pgoutput',
        FailTasksOnLobTruncation: true,
        HeartbeatEnable: true,
        HeartbeatFrequency: 5,
        HeartbeatSchema: 'awsdms',
        SecretsManagerSecretId: Match.anyValue(),
        SecretsManagerAccessRoleArn: Match.anyValue(),
      },
    });
  });

  test('lets DMS of this region read exactly this secret', () => {
    const { stack, secret, options } = database();
    const other = new secretsmanager.Secret(stack, 'Other');
    DmsSource.postgres(options)._bind(stack);
    const policies = PolicyEvaluator.of(stack);
    const role = stack.node.findChild('SecretAccess') as import('aws-cdk-lib/aws-iam').Role;
    expect(policies.decide(role, 'secretsmanager:GetSecretValue', secret.secretArn)).toBe('allowed');
    expect(policies.decide(role, 'secretsmanager:GetSecretValue', other.secretArn)).toBe('denied');
    expect(policies.decide(role, 'secretsmanager:PutSecretValue', secret.secretArn)).toBe('denied');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Principal: { Service: 'dms.eu-west-1.amazonaws.com' },
          },
        ],
      },
    });
  });

  const full = DmsTls.verifyFull(DmsCertificate.fromPem(PEM));
  const authority = DmsTls.verifyAuthority(DmsCertificate.fromCertificateArn('arn:aws:dms:eu-west-1:1:cert:x'));
  test.each<[string, (options: DmsSourceOptions & { database: string }) => DmsSource, Record<string, unknown>]>([
    [
      'auroraPostgres',
      (o) => DmsSource.auroraPostgres({ ...o, heartbeat: Duration.minutes(0) }),
      { EngineName: 'aurora-postgresql', PostgreSqlSettings: { HeartbeatEnable: false } },
    ],
    [
      'mysql',
      (o) => DmsSource.mysql({ ...o, tls: full, serverTimezone: 'Europe/Berlin' }),
      { EngineName: 'mysql', SslMode: 'verify-full', MySqlSettings: { ServerTimezone: 'Europe/Berlin' } },
    ],
    ['mariadb', (o) => DmsSource.mariadb({ ...o, tls: authority }), { EngineName: 'mariadb', SslMode: 'verify-ca' }],
    ['auroraMysql', (o) => DmsSource.auroraMysql({ ...o, tls: full }), { EngineName: 'aurora' }],
    ['sqlServer', (o) => DmsSource.sqlServer(o), { EngineName: 'sqlserver', SslMode: 'require' }],
    [
      'oracle',
      (o) =>
        DmsSource.oracle({
          ...o,
          tls: DmsTls.verifyAuthority(DmsCertificate.fromOracleWallet('AAAA')),
          binaryReader: true,
        }),
      { EngineName: 'oracle', OracleSettings: { UseBFile: true, FailTasksOnLobTruncation: true } },
    ],
    [
      'db2',
      (o) => DmsSource.db2({ ...o, tls: authority }),
      { EngineName: 'db2', IbmDb2Settings: { SetDataCaptureChanges: true } },
    ],
    ['sapAse', (o) => DmsSource.sapAse({ ...o, tls: full }), { EngineName: 'sybase' }],
    [
      'mongo',
      (o) => DmsSource.mongo(o),
      { EngineName: 'mongodb', MongoDbSettings: { NestingLevel: 'none', DatabaseName: 'operations' } },
    ],
    [
      'documentDb',
      (o) => DmsSource.documentDb({ ...o, tls: full, columnsFromDocuments: 50 }),
      { EngineName: 'docdb', DocDbSettings: { NestingLevel: 'one', DocsToInvestigate: 50 } },
    ],
  ])('%s is rendered as DMS documents it, with a secret and without a password', (_, make, expected) => {
    const endpoint = bound(make);
    expect(endpoint).toMatchObject(expected);
    expect(JSON.stringify(endpoint)).toContain('SecretsManagerSecretId');
    expect(JSON.stringify(endpoint)).not.toContain('Password');
  });

  test.each([
    ['mysql', 'verify-ca and verify-full'],
    ['mariadb', 'verify-ca and verify-full'],
    ['auroraMysql', 'verify-ca and verify-full'],
    ['oracle', 'verify-ca'],
    ['db2', 'verify-ca'],
    ['sapAse', 'verify-full'],
  ] as const)('%s without a certificate is refused: DMS would not encrypt', (engine, allowed) => {
    const { options } = database();
    expect(() => DmsSource[engine](options)).toThrow(new RegExp(`^TlsNotSupported: .*${allowed}`));
  });
});

describe('an output', () => {
  const render = (output: DmsOutput, withKey = false) => {
    const stack = new Stack(new App(), 'Lake', { env: { account: '111111111111', region: 'eu-west-1' } });
    const bucket = new s3.Bucket(stack, 'Bucket', withKey ? { encryptionKey: new kms.Key(stack, 'Key') } : {});
    return stack.resolve(output._render(DataLocation.of(bucket, 'operations'))) as Record<string, unknown>;
  };

  test('is Parquet with operation, time and daily folders', () => {
    expect(render(DmsOutput.parquet())).toMatchObject({
      bucketFolder: 'operations',
      expectedBucketOwner: '111111111111',
      dataFormat: 'parquet',
      parquetVersion: 'parquet-2-0',
      includeOpForFullLoad: true,
      timestampColumnName: 'dms_timestamp',
      datePartitionEnabled: true,
      datePartitionSequence: 'YYYYMMDD',
      datePartitionDelimiter: 'SLASH',
      cdcMaxBatchInterval: 60,
      cdcMinFileSize: 32768,
      encryptionMode: 'SSE_S3',
    });
  });

  test('is encrypted by the key of its bucket', () => {
    expect(render(DmsOutput.parquet(), true)).toMatchObject({
      encryptionMode: 'SSE_KMS',
      serverSideEncryptionKmsKeyId: { 'Fn::GetAtt': [expect.stringMatching('Key'), 'Arn'] },
    });
  });

  test('follows what is said', () => {
    const folder = LoadFolder.named('v2');
    expect(
      render(
        DmsOutput.parquet({
          cdcFiles: { interval: Duration.seconds(10), size: Size.mebibytes(1) },
          changeFolders: ChangeFolders.NONE,
          version: ParquetVersion.V1_0,
          rowGroupLength: 100_000,
          loadFolder: folder,
          timestampColumn: 'committed_at',
        }),
      ),
    ).toMatchObject({
      bucketFolder: 'operations/load=v2',
      cdcMaxBatchInterval: 10,
      cdcMinFileSize: 1024,
      datePartitionEnabled: false,
      parquetVersion: 'parquet-1-0',
      rowGroupLength: 100_000,
      timestampColumnName: 'committed_at',
    });
    expect(render(DmsOutput.csv({ delimiter: ';', compressed: false }))).toMatchObject({
      dataFormat: 'csv',
      addColumnName: true,
      csvDelimiter: ';',
      csvNullValue: 'NULL',
      compressionType: 'NONE',
    });
  });

  test.each<[string, () => unknown]>([
    ['InvalidCdcFiles', () => DmsOutput.parquet({ cdcFiles: { interval: Duration.hours(2) } })],
    ['InvalidFileSize', () => DmsOutput.parquet({ loadFileSize: Size.gibibytes(2) })],
    ['InvalidRowGroup', () => DmsOutput.parquet({ rowGroupLength: 0 })],
    ['ReservedColumn', () => DmsOutput.parquet({ timestampColumn: 'Op' })],
    ['InvalidLoadFolder', () => LoadFolder.named('a/b')],
    ['InvalidCdcStart', () => LoadMode.cdc({ start: CdcStart.time('2026-01-01') })],
    ['InvalidCdcStart', () => LoadMode.cdc({ start: CdcStart.position('') })],
  ])('%s is refused', (code, make) => {
    expect(make).toThrow(new RegExp(`^${code}: `));
  });
});
