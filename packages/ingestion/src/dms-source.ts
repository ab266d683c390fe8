import { NagFindings } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as dms from 'aws-cdk-lib/aws-dms';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type {
  DmsDatabaseOptions,
  DmsDocumentOptions,
  DmsMySqlOptions,
  DmsOracleOptions,
  DmsPostgresOptions,
  DmsSourceNetwork,
  DmsSourceOptions,
} from './dms-source-options';
import { ENGINES, type Engine } from './private/dms-engines';
import { refuse } from './private/refuse';

/**
 * A database from which AWS DMS replicates.
 *
 * Credentials come from Secrets Manager alone, connections are encrypted, always.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.html
 */
export class DmsSource {
  /**
   * PostgreSQL 9.4 or later, with `wal_level` logical (`rds.logical_replication` on RDS) for changes.
   *
   * @param options the database
   */
  public static postgres(options: DmsPostgresOptions): DmsSource {
    return new DmsSource(ENGINES.postgres, options, postgresSettings(options), options.database);
  }

  /**
   * Aurora PostgreSQL, by its writer.
   *
   * @param options the database
   */
  public static auroraPostgres(options: DmsPostgresOptions): DmsSource {
    return new DmsSource(ENGINES.auroraPostgres, options, postgresSettings(options), options.database);
  }

  /**
   * MySQL, with `binlog_format` ROW and `binlog_row_image` FULL for changes. Its databases are the schemas of the mappings.
   *
   * @param options the server
   * @throws `TlsNotSupported`
   */
  public static mysql(options: DmsMySqlOptions): DmsSource {
    return new DmsSource(ENGINES.mysql, options, mySqlSettings(options));
  }

  /**
   * MariaDB, as `mysql`.
   *
   * @param options the server
   * @throws `TlsNotSupported`
   */
  public static mariadb(options: DmsMySqlOptions): DmsSource {
    return new DmsSource(ENGINES.mariadb, options, mySqlSettings(options));
  }

  /**
   * Aurora MySQL, by its writer.
   *
   * @param options the server
   * @throws `TlsNotSupported`
   */
  public static auroraMysql(options: DmsMySqlOptions): DmsSource {
    return new DmsSource(ENGINES.auroraMysql, options, mySqlSettings(options));
  }

  /**
   * SQL Server, with MS-CDC or MS-Replication set up for changes.
   *
   * @param options the database
   */
  public static sqlServer(options: DmsDatabaseOptions): DmsSource {
    return new DmsSource(ENGINES.sqlServer, options, { microsoftSqlServerSettings: {} }, options.database);
  }

  /**
   * Oracle, in ARCHIVELOG mode with supplemental logging for changes.
   *
   * @param options the database: its service name or SID
   * @throws `TlsNotSupported`
   */
  public static oracle(options: DmsOracleOptions): DmsSource {
    const reader = options.binaryReader
      ? { useLogminerReader: false, useBFile: true, useDirectPathFullLoad: true }
      : { useLogminerReader: true };
    // DMS tells of a value that was cut off only when it is asked to
    const oracleSettings = { ...reader, failTasksOnLobTruncation: true, addSupplementalLogging: false };
    return new DmsSource(ENGINES.oracle, options, { oracleSettings }, options.database);
  }

  /**
   * Db2 for Linux, Unix and Windows. For a `DmsTask` only: DMS Serverless can't encrypt connections to Db2.
   *
   * @param options the database
   * @throws `TlsNotSupported`
   */
  public static db2(options: DmsDatabaseOptions): DmsSource {
    return new DmsSource(ENGINES.db2, options, { ibmDb2Settings: { setDataCaptureChanges: true } }, options.database);
  }

  /**
   * SAP ASE (Sybase). For a `DmsTask` only: DMS Serverless doesn't know it.
   *
   * @param options the database
   * @throws `TlsNotSupported`
   */
  public static sapAse(options: DmsDatabaseOptions): DmsSource {
    return new DmsSource(ENGINES.sapAse, options, { sybaseSettings: {} }, options.database);
  }

  /**
   * MongoDB, a replica set for changes.
   *
   * @param options the database
   */
  public static mongo(options: DmsDocumentOptions): DmsSource {
    const { columnsFromDocuments: count } = options;
    const nesting =
      count === undefined ? { nestingLevel: 'none' } : { nestingLevel: 'one', docsToInvestigate: `${count}` };
    const settings = { mongoDbSettings: { ...nesting, authType: 'password', databaseName: options.database } };
    return new DmsSource(ENGINES.mongo, options, settings, options.database);
  }

  /**
   * Amazon DocumentDB, with change streams switched on for changes.
   *
   * @param options the database
   * @throws `TlsNotSupported`
   */
  public static documentDb(options: DmsDocumentOptions): DmsSource {
    const { columnsFromDocuments: count } = options;
    const docDbSettings =
      count === undefined ? { nestingLevel: 'none' } : { nestingLevel: 'one', docsToInvestigate: count };
    return new DmsSource(ENGINES.documentDb, options, { docDbSettings }, options.database);
  }

  /**
   * An endpoint that was made by other means.
   *
   * @param endpointArn `arn:aws:dms:region:account:endpoint:id`
   * @param network from where the database is reached
   */
  public static fromEndpointArn(endpointArn: string, network: DmsSourceNetwork): DmsSource {
    return new DmsSource(undefined, network, {}, undefined, endpointArn);
  }

  private constructor(
    private readonly engine: Engine | undefined,
    private readonly options: DmsSourceNetwork & Partial<DmsSourceOptions>,
    private readonly settings: EngineSettings,
    private readonly database?: string,
    private readonly endpointArn?: string,
  ) {
    if (!engine) return;
    const sslMode = options.tls?.sslMode ?? 'require';
    if (!engine.sslModes.includes(sslMode)) {
      refuse(
        'TlsNotSupported',
        `${engine.label} with sslMode "${sslMode}"`,
        `DMS knows ${engine.sslModes.join(' and ')} for it`,
        `give tls: ${TLS_FACTORIES[engine.sslModes[engine.sslModes.length - 1] ?? '']}`,
      );
    }
  }

  /** The network from which the database is reached. */
  public get vpc(): ec2.IVpc {
    return this.options.vpc;
  }

  /** @internal */
  public get _network(): DmsSourceNetwork {
    return this.options;
  }

  /** @internal */
  public get _port(): number | undefined {
    return this.options.port ?? this.engine?.port;
  }

  /**
   * What DMS Serverless can't do with this source, if anything.
   * @internal
   */
  public get _notServerless(): string | undefined {
    return this.engine?.notServerless;
  }

  /**
   * What can't change without another full load.
   * @internal
   */
  public get _definition(): Record<string, string | undefined> {
    const { engine, endpointArn, database, options } = this;
    return { engine: engine?.engineName, database, endpointArn, secret: options.secret?.secretArn };
  }

  /** @internal */
  public _bind(scope: Construct): BoundSource {
    const { engine, options, endpointArn } = this;
    if (endpointArn !== undefined || !engine || !options.secret)
      return { endpointArn: endpointArn ?? '', settings: {} };
    const access = secretAccess(scope, options.secret);
    const [[name, own] = ['', {}]] = Object.entries(this.settings);
    const props: dms.CfnEndpointProps = {
      endpointType: 'source',
      engineName: engine.engineName,
      databaseName: this.database,
      sslMode: options.tls?.sslMode ?? 'require',
      certificateArn: options.tls?._certificate?._bind(scope),
      kmsKeyId: options.encryptionKey?.keyArn,
      [name]: {
        ...own,
        secretsManagerSecretId: options.secret.secretArn,
        secretsManagerAccessRoleArn: access.roleArn,
      },
    };
    const endpoint = new dms.CfnEndpoint(scope, 'Source', props);
    endpoint.node.addDependency(access);
    return { endpointArn: endpoint.ref, endpoint, settings: props };
  }
}

/** @internal */
interface BoundSource {
  readonly endpointArn: string;
  readonly endpoint?: dms.CfnEndpoint;
  readonly settings: object;
}

type EngineSettings = Partial<
  Pick<
    dms.CfnEndpointProps,
    | 'postgreSqlSettings'
    | 'mySqlSettings'
    | 'microsoftSqlServerSettings'
    | 'oracleSettings'
    | 'ibmDb2Settings'
    | 'sybaseSettings'
    | 'mongoDbSettings'
    | 'docDbSettings'
  >
>;

/** @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html */
function postgresSettings(options: DmsPostgresOptions): EngineSettings {
  const heartbeat = options.heartbeat?.toMinutes() ?? 5;
  return {
    postgreSqlSettings: {
      pluginName: 'pgoutput',
      captureDdls: options.captureDdl ?? false,
      failTasksOnLobTruncation: true,
      mapBooleanAsBoolean: true,
      slotName: options.slotName,
      heartbeatEnable: heartbeat > 0,
      ...(heartbeat > 0 ? { heartbeatFrequency: heartbeat, heartbeatSchema: options.heartbeatSchema ?? 'awsdms' } : {}),
    },
  };
}

function mySqlSettings({ serverTimezone }: DmsMySqlOptions): EngineSettings {
  return { mySqlSettings: { serverTimezone, eventsPollInterval: 5 } };
}

/** DMS reads the secret itself, by the principal of its region. */
function secretAccess(scope: Construct, secret: secretsmanager.ISecret): iam.Role {
  const role = new iam.Role(scope, 'SecretAccess', {
    // DMS documents no source conditions for the roles of endpoints; only this account may pass the role to it
    assumedBy: new iam.ServicePrincipal(`dms.${Stack.of(scope).region}.amazonaws.com`),
    description: 'AWS DMS reads the credentials of one database',
  });
  secret.grantRead(role);
  NagFindings.acknowledgeOwnPolicy(role, 'a secret that is known by its name has six unknown characters in its ARN');
  return role;
}

const TLS_FACTORIES: Record<string, string> = {
  require: 'DmsTls.encrypted()',
  'verify-ca': 'DmsTls.verifyAuthority(DmsCertificate.fromPem(…))',
  'verify-full': 'DmsTls.verifyFull(DmsCertificate.fromPem(…))',
};
