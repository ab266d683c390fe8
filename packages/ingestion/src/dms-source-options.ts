import type { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { DmsTls } from './dms-tls';

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
