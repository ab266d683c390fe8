import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { BoundJdbcSource } from './private/bound-jdbc-source';
import { refuse } from './private/refuse';

/** A database in a VPC. */
export interface JdbcDatabaseOptions {
  /** `jdbc:postgresql://host:5432/database`, without user and password. */
  readonly url: string;

  /** JSON with the fields `username` and `password`. */
  readonly secret: secretsmanager.ISecret;

  /** The VPC from which the database is reached; the subnet needs a way to S3, Secrets Manager and Glue. */
  readonly vpc: ec2.IVpc;

  /**
   * Which subnets; Glue takes the first.
   * @default private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the job. Glue needs one that lets in all TCP from itself.
   * @default a group of its own that does, and may reach everything
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The database, whose default port is opened for the job.
   * @default nothing is opened: use the connection's `connections`
   */
  readonly database?: ec2.IConnectable;

  /**
   * Whether connections must be encrypted.
   * @default true
   */
  readonly enforceTls?: boolean;

  /**
   * The driver's class, for a driver that is given with `drivers`.
   * @default Glue's driver for the URL
   */
  readonly driverClassName?: string;
}

/** A connection that was made elsewhere. */
export interface JdbcConnectionOptions {
  /** The secret that its `SECRET_ID` names: the job gets the right to read it. */
  readonly secret: secretsmanager.ISecret;

  /**
   * Whether it is in a VPC: the job gets the rights to its network.
   * @default true
   */
  readonly inVpc?: boolean;
}

/** A database that is read through JDBC. */
export class JdbcSource {
  /**
   * A database, with a Glue connection made for it.
   *
   * @param options URL, secret, network
   * @throws `InvalidJdbcUrl` for another form, and for user or password in it
   */
  public static database(options: JdbcDatabaseOptions): JdbcSource {
    checkUrl(options.url);
    return new JdbcSource((scope) => ({ ...connect(scope, options), secret: options.secret, inVpc: true }));
  }

  /**
   * A Glue connection that was made elsewhere; its credentials have to come from a secret.
   *
   * @param connection of type JDBC
   * @param options its secret
   */
  public static connection(connection: glue.IConnection, options: JdbcConnectionOptions): JdbcSource {
    const { secret, inVpc = true } = options;
    return new JdbcSource(() => ({ connection, secret, inVpc }));
  }

  private constructor(
    /** @internal */
    public readonly _bind: (scope: Construct) => BoundJdbcSource,
  ) {}
}

/** @see https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html */
function connect(scope: Construct, options: JdbcDatabaseOptions) {
  const { url, secret, vpc, vpcSubnets, database, driverClassName, enforceTls = true } = options;
  const securityGroups = options.securityGroups ?? [ownGroup(scope, vpc)];
  if (database) database.connections.allowDefaultPortFrom(new ec2.Connections({ securityGroups }), 'JDBC ingestion');
  const connection = new glue.Connection(scope, 'Connection', {
    type: glue.ConnectionType.JDBC,
    description: `JDBC for ${scope.node.path}`.slice(0, 2048),
    secret,
    network: glue.ConnectionNetwork.vpc(vpc, vpcSubnets),
    securityGroups,
    properties: {
      JDBC_CONNECTION_URL: url,
      JDBC_ENFORCE_SSL: String(enforceTls),
      ...(driverClassName === undefined ? {} : { JDBC_DRIVER_CLASS_NAME: driverClassName }),
    },
  });
  return { connection, securityGroups };
}

/** @see https://docs.aws.amazon.com/glue/latest/dg/setup-vpc-for-glue-access.html */
function ownGroup(scope: Construct, vpc: ec2.IVpc): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'SecurityGroup', { vpc, description: 'Glue job that reads through JDBC' });
  group.addIngressRule(group, ec2.Port.allTcp(), 'the workers of the job among themselves');
  return group;
}

function checkUrl(url: string): void {
  if (!/^jdbc:[a-z0-9]+:/.test(url)) {
    refuse('InvalidJdbcUrl', `url "${url}"`, 'jdbc:<database>://…', 'write it like "jdbc:postgresql://host:5432/name"');
  }
  if (/password\s*=|pwd\s*=|user(name)?\s*=|\/\/[^/?;]*@|oracle:thin:[^@]+\/[^@]+@/i.test(url)) {
    const shown = `${url.split(':').slice(0, 2).join(':')}:…`;
    refuse(
      'InvalidJdbcUrl',
      `user or password in the url "${shown}"`,
      'both come from the secret',
      'take them out of it',
    );
  }
}
