import { type IAthenaWorkgroup, type IDataset, LakeEnvironment, NagFindings } from '@lakewright/core';
import { CfnOutput, RemovalPolicy, Resource } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as rds from 'aws-cdk-lib/aws-rds';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DashboardBundle } from './dashboard-bundle';
import { logBucketOf } from './private/load-balancer';
import { DATABASE_PORT, MetadataDatabase } from './private/metadata-database';
import { refuse } from './private/refuse';
import { SupersetCache } from './private/superset-cache';
import { placeIn, SupersetNetwork } from './private/superset-network';
import { InitRun, RestartOnRotation } from './private/superset-provider';
import { adminOf, secretKeysOf } from './private/superset-secrets';
import { scaledService, serve, singleService } from './private/superset-services';
import { initTaskOf, settingsOf } from './private/superset-settings';
import { taskOf } from './private/superset-tasks';
import type { SupersetAddress } from './superset-address';
import { SupersetLogin } from './superset-login';
import type { SupersetDatabaseOptions, SupersetServiceOptions } from './superset-options';

/** What a `Superset` is made of. */
export interface SupersetProps {
  /** Where browsers find it, and how TLS comes to it. */
  readonly address: SupersetAddress;

  /** Where its queries run, in the name of its role. */
  readonly workgroup: IAthenaWorkgroup;

  /**
   * The data sets that it reads whole. For some columns or rows of one, grant them to the construct:
   * `Grants.on(dataset).read(superset, …)`.
   * @default none: grants are made elsewhere
   */
  readonly reads?: IDataset[];

  /**
   * Dashboards that are there from the beginning, and again after each deployment.
   * @default none
   */
  readonly dashboards?: DashboardBundle;

  /**
   * How people log in.
   * @default SupersetLogin.password()
   */
  readonly login?: SupersetLogin;

  /**
   * As whom it queries: a persona, for example. It must trust ecs-tasks.amazonaws.com.
   * @default a role of its own
   */
  readonly role?: iam.IRole;

  /**
   * The image; another one keeps to the contract of superset/README.md, and may have drivers for other databases.
   * @default Superset as this package pins it, built by Docker at deployment
   */
  readonly image?: ecs.ContainerImage;

  /**
   * Where it runs.
   * @default a VPC of its own in two zones, with NAT gateways: one in a sandbox, else two
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of `vpc` for tasks and internal load balancers; they need a way to Athena, Glue, STS, Secrets Manager, ECR, CloudWatch
   * Logs and the provider of log-ins.
   * @default private subnets with a way out
   */
  readonly taskSubnets?: ec2.SubnetSelection;

  /**
   * Subnets of `vpc` for database and cache.
   * @default isolated ones where there are such, else those of the tasks
   */
  readonly dataSubnets?: ec2.SubnetSelection;

  /**
   * Where tasks run, as ECS sees it; of the same VPC.
   * @default a cluster of its own, with Container Insights
   */
  readonly cluster?: ecs.ICluster;

  /**
   * The web server's tasks.
   * @default see SupersetServiceOptions
   */
  readonly web?: SupersetServiceOptions;

  /**
   * The tasks of workers, which run the queries of the SQL editor.
   * @default see SupersetServiceOptions
   */
  readonly worker?: SupersetServiceOptions;

  /**
   * The metadata database, PostgreSQL 17.
   * @default see SupersetDatabaseOptions
   */
  readonly database?: SupersetDatabaseOptions;

  /**
   * The class of the cache's nodes; one node in a sandbox, else two.
   * @default "cache.t4g.micro"
   */
  readonly cacheNodeType?: string;

  /**
   * The name of the administrator, whose password is in `adminSecret`.
   * @default "admin"
   */
  readonly adminUsername?: string;

  /**
   * Raise it by one to change the key that signs sessions and encrypts stored passwords: the init task encrypts again what
   * was encrypted by the one before, and everybody logs in again.
   * @default 1
   */
  readonly secretKeyGeneration?: number;

  /**
   * Encrypts database, cache, secrets and logs.
   * @default a key of its own
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Where the logs of requests go; a bucket with SSE-S3, since ELB writes to no other.
   * @default a bucket of its own
   */
  readonly accessLogs?: s3.IBucket;

  /**
   * Variables of all containers: for an image of one's own, or for what superset/README.md lists. Not for secrets.
   * @default none
   */
  readonly variables?: Record<string, string>;

  /**
   * Removal, retention and cost.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * Apache Superset on ECS Fargate, on the lake by Athena: web servers, workers and a scheduler, with PostgreSQL on RDS for what
 * it keeps and Valkey on ElastiCache for its caches and its queue.
 *
 * Before the services are made or changed, a task migrates the metadata database, makes roles and administrator and imports
 * the dashboards; when it fails, the deployment does, and the services stay as they were.
 *
 * It queries as one role: what that role is granted is what everybody sees who may see a dashboard.
 *
 * @see https://superset.apache.org/docs/intro
 */
export class Superset extends Resource implements iam.IGrantable, ec2.IConnectable {
  /** The address for browsers. */
  public readonly url: string;
  /** As whom it queries: what grants are given to. */
  public readonly role: iam.IRole;
  /** As whom it queries. */
  public readonly grantPrincipal: iam.IPrincipal;
  /** Of its tasks. */
  public readonly connections: ec2.Connections;
  /** The VPC. */
  public readonly vpc: ec2.IVpc;
  /** Where tasks run. */
  public readonly cluster: ecs.ICluster;
  /** The web servers. */
  public readonly webService: ecs.FargateService;
  /** The workers. */
  public readonly workerService: ecs.FargateService;
  /** The scheduler. */
  public readonly beatService: ecs.FargateService;
  /** What is before the web servers. */
  public readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  /** The web servers, as the load balancer sees them. */
  public readonly targetGroup: elbv2.ApplicationTargetGroup;
  /** The metadata database. */
  public readonly database: rds.DatabaseInstance;
  /** The id of the cache. */
  public readonly cacheId: string;
  /** Name and password of the administrator: `{"username": …, "password": …}`. */
  public readonly adminSecret: secretsmanager.ISecret;
  /** The key that signs sessions and encrypts stored passwords. */
  public readonly secretKey: secretsmanager.ISecret;
  /** The log of all tasks; streams begin with `web`, `worker`, `beat` or `init`. */
  public readonly logGroup: logs.ILogGroup;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidGeneration`, `SubnetsWithoutVpc`
   */
  public constructor(scope: Construct, id: string, props: SupersetProps) {
    super(scope, id);
    if (!props.vpc && (props.taskSubnets || props.dataSubnets || props.cluster)) {
      refuse(
        'SubnetsWithoutVpc',
        'subnets or a cluster without "vpc"',
        'both or none',
        'give the VPC that they are of',
      );
    }
    const environment = props.environment ?? LakeEnvironment.production();
    const key = props.encryptionKey ?? this.ownKey(environment);
    const place = props.vpc
      ? placeIn(props.vpc, props.taskSubnets, props.dataSubnets)
      : new SupersetNetwork(this, 'Network', environment, key);
    this.vpc = place.vpc;
    const { vpc } = place;

    this.role = props.role ?? this.ownRole();
    this.grantPrincipal = this.role;
    props.workgroup.grants.query(this.role);
    for (const dataset of props.reads ?? []) dataset.grants.read(this.role);

    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, description: `Of ${this.node.path}` });
    this.connections = new ec2.Connections({ securityGroups: [securityGroup] });
    const database = new MetadataDatabase(this, 'Database', place, key, environment, props.database);
    database.instance.connections.allowFrom(this, ec2.Port.tcp(DATABASE_PORT), 'Tasks of Superset');
    this.database = database.instance;
    const cache = new SupersetCache(this, 'Cache', place, key, environment, props.cacheNodeType);
    cache.connections.allowDefaultPortFrom(this, 'Tasks of Superset');
    this.cacheId = cache.replicationGroupId;

    const keys = secretKeysOf(this, key, environment, props.secretKeyGeneration);
    this.secretKey = keys.current;
    this.adminSecret = adminOf(this, key, environment, props.adminUsername);
    this.logGroup = new logs.LogGroup(this, 'Log', {
      retention: environment.logRetention,
      removalPolicy: environment.removalPolicy,
      encryptionKey: key,
    });

    const accessLogs = props.accessLogs ?? logBucketOf(this, environment);
    const front = props.address._bind(this, { ...place, environment, accessLogs });
    this.url = front.url;
    this.loadBalancer = front.loadBalancer;
    const login = (props.login ?? SupersetLogin.password())._bind(this, this.url);

    this.cluster =
      props.cluster ?? new ecs.Cluster(this, 'Cluster', { vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED });
    const settings = settingsOf(this, props, { database, cache, keys, key });
    const part = (name: string, options: SupersetServiceOptions = {}) => ({
      command: name,
      cpu: options.cpu ?? 1024,
      memoryLimitMiB: options.memoryLimitMiB ?? 2048,
      role: this.role,
    });
    const web = taskOf(this, 'WebTask', settings, { ...part('web', props.web), ...login, health: 'healthy' });
    const worker = taskOf(this, 'WorkerTask', settings, { ...part('worker', props.worker), health: 'ping' });
    const beat = taskOf(this, 'BeatTask', settings, { command: 'beat', cpu: 256, memoryLimitMiB: 1024 });

    const services = { cluster: this.cluster, vpcSubnets: place.taskSubnets, securityGroups: [securityGroup] };
    this.webService = scaledService(this, 'Web', { ...services, taskDefinition: web }, environment, props.web);
    this.workerService = scaledService(
      this,
      'Worker',
      { ...services, taskDefinition: worker },
      environment,
      props.worker,
    );
    this.beatService = singleService(this, 'Beat', { ...services, taskDefinition: beat });
    this.targetGroup = serve(front.listener, this.webService);

    const init = new InitRun(this, 'Init', {
      cluster: this.cluster,
      definition: initTaskOf(this, props, settings),
      subnets: vpc.selectSubnets(place.taskSubnets),
      ...{ securityGroup, logGroup: this.logGroup, environment, key },
    });
    init.node.addDependency(database, cache, securityGroup);
    if (place instanceof SupersetNetwork) init.node.addDependency(place); // no image is fetched without the way out
    const all = [this.webService, this.workerService, this.beatService];
    for (const service of all) service.node.addDependency(init);
    new RestartOnRotation(this, 'Restart', {
      cluster: this.cluster,
      services: all,
      secret: database.secret,
      environment,
      key,
    });
    new CfnOutput(this, 'Url', { value: this.url, description: 'Superset' });
    new CfnOutput(this, 'Administrator', {
      value: this.adminSecret.secretArn,
      description: 'The secret with the password',
    });
  }

  /**
   * How many requests were answered with an error of the server, by Superset or for want of it.
   *
   * @param options period, statistic; five minutes and the sum by default
   */
  public metricServerErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.targetGroup.metrics.httpCodeTarget(elbv2.HttpCodeTarget.TARGET_5XX_COUNT, options);
  }

  /**
   * Seconds until a request was answered.
   *
   * @param options period, statistic; five minutes and the average by default
   */
  public metricResponseTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.targetGroup.metrics.targetResponseTime(options);
  }

  private ownKey(environment: LakeEnvironment): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Of ${this.node.path}`,
      enableKeyRotation: true,
      removalPolicy: environment.destroysData ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
  }

  private ownRole(): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: 'Superset: queries for all who look at its dashboards',
    });
    NagFindings.acknowledgeOwnPolicy(role, 'objects of tables and results of queries have no fixed names');
    return role;
  }
}
