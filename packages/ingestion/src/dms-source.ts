import { NagFindings } from '@lakewright/core';
import { type Duration, Stack } from 'aws-cdk-lib';
import * as dms from 'aws-cdk-lib/aws-dms';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DmsTls } from './dms-tls';
import { ENGINES, type Engine } from './private/dms-engines';
import { refuse } from './private/refuse';

/** A database, and how it is reached. */
export interface DmsSourceOptions {
  /**
   * Says who logs in and where: a JSON secret with `username`, `password`, `host` and `port`.
   *
   * The secrets that RDS makes for its master user have no host; make one for a user that may replicate.
   * @see https://docs.aws.amazon.com/dms/latest/userguide/security_iam_secretsmanager.html
   */
  readonly secret: secretsmanager.ISecret;

  /** The network from which the database is reached. */
  readonly vpc: ec2.IVpc;

  /**
   * Two subnets or more, in different zones, with a way to the database, S3, Secrets Manager and CloudWatch Logs (VPC
   * endpoints, or NAT).
   * @default the private subnets with a way out
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * The database's security groups: each gets a rule that lets the replication in.
   * @default none: the rule is made by other means
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The database's port, for the rules of security groups. Connections take the secret's.
   * @default the engine's usual port
   */
  readonly port?: number;

  /**
   * How the connection is encrypted.
   * @default DmsTls.encrypted(); MySQL, MariaDB, Oracle, Db2 and SAP ASE need a certificate
   */
  readonly tls?: DmsTls;

  /**
   * Encrypts what DMS keeps about the connection.
   * @default the key `aws/dms` of the account
   */
  readonly encryptionKey?: kms.IKey;
}

/** A database of a server that has many. */
export interface DmsDatabaseOptions extends DmsSourceOptions {
  /** The database's name. */
  readonly database: string;
}

/** A PostgreSQL database. */
export interface DmsPostgresOptions extends DmsDatabaseOptions {
  /**
   * How often DMS writes into a schema of its own, so that the replication slot moves on while nothing else is written, and
   * the database's disk doesn't fill with its log. Needs a user who may create a schema; zero switches it off.
   * @default Duration.minutes(5)
   */
  readonly heartbeat?: Duration;

  /**
   * The schema for the heartbeat.
   * @default "awsdms"
   */
  readonly heartbeatSchema?: string;

  /**
   * A logical replication slot that exists already, for `CdcStart.position`.
   * @default DMS makes one, and drops it with the replication
   */
  readonly slotName?: string;

  /**
   * Whether a change of a table's columns is replicated: DMS installs an event trigger, for which the user needs rights.
   * @default false
   */
  readonly captureDdl?: boolean;
}

/** A MySQL or MariaDB server. */
export interface DmsMySqlOptions extends DmsSourceOptions {
  /**
   * The time zone in which the server keeps `datetime`, for example `Europe/Berlin`.
   * @default UTC
   */
  readonly serverTimezone?: string;
}

/** An Oracle database. */
export interface DmsOracleOptions extends DmsDatabaseOptions {
  /**
   * Whether the redo log is read as a file (Binary Reader) instead of by LogMiner: faster, needs more rights.
   * @default false: LogMiner
   */
  readonly binaryReader?: boolean;
}

/** A MongoDB or DocumentDB server. */
export interface DmsDocumentOptions extends DmsDatabaseOptions {
  /**
   * How many documents are looked at to make columns of their fields. Without it each document is one column `_doc`.
   * @default documents stay whole
   */
  readonly columnsFromDocuments?: number;
}

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

  /** @internal */
  public _bind(scope: Construct): string {
    if (this.endpointArn !== undefined) return this.endpointArn;
    const { engine, options } = this;
    if (!engine || !options.secret) throw new Error('a source has an engine and a secret, or an endpoint');
    const access = secretAccess(scope, options.secret);
    const [[name, own] = ['', {}]] = Object.entries(this.settings);
    const endpoint = new dms.CfnEndpoint(scope, 'Source', {
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
    });
    endpoint.node.addDependency(access);
    return endpoint.ref;
  }
}

/** From where a database is reached whose endpoint exists. */
export interface DmsSourceNetwork {
  /** The network from which the database is reached. */
  readonly vpc: ec2.IVpc;

  /**
   * Two subnets or more, in different zones.
   * @default the private subnets with a way out
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * The database's security groups: each gets a rule that lets the replication in.
   * @default none: the rule is made by other means
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The database's port, for the rules of security groups.
   * @default without it no rule can be made
   */
  readonly port?: number;
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
  const { region, account } = Stack.of(scope);
  const role = new iam.Role(scope, 'SecretAccess', {
    assumedBy: new iam.ServicePrincipal(`dms.${region}.amazonaws.com`, {
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
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
