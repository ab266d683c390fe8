import { NagFindings } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** What all of Superset's containers have in common. */
export interface TaskSettings {
  readonly image: ecs.ContainerImage;
  readonly logGroup: logs.ILogGroup;
  readonly variables: Record<string, string>;
  readonly secrets: Record<string, ecs.Secret>;
  /** Encrypts the secrets. */
  readonly key: kms.IKey;
}

/** One role of the image. */
export interface TaskPart {
  readonly command: string;
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  /** What the container may do; nothing if left out. */
  readonly role?: iam.IRole;
  /** The argument of entry.sh that says whether it is well. */
  readonly health?: string;
  readonly variables?: Record<string, string>;
  readonly secrets?: Record<string, ecs.Secret>;
}

export const CONTAINER = 'superset';
export const WEB_PORT = 8088;

/** The task of one role of the image: the root of its file system is read-only. */
export function taskOf(
  scope: Construct,
  id: string,
  settings: TaskSettings,
  part: TaskPart,
): ecs.FargateTaskDefinition {
  const definition = new ecs.FargateTaskDefinition(scope, id, {
    cpu: part.cpu,
    memoryLimitMiB: part.memoryLimitMiB,
    runtimePlatform: {
      cpuArchitecture: ecs.CpuArchitecture.X86_64,
      operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
    },
    ...(part.role ? { taskRole: part.role } : {}),
    volumes: [{ name: 'tmp' }],
  });
  const container = definition.addContainer(CONTAINER, {
    image: settings.image,
    command: [part.command],
    logging: ecs.LogDrivers.awsLogs({ logGroup: settings.logGroup, streamPrefix: part.command }),
    environment: { ...settings.variables, ...part.variables },
    secrets: { ...settings.secrets, ...part.secrets },
    readonlyRootFilesystem: true,
    stopTimeout: Duration.seconds(60),
    ...(part.command === 'web' ? { portMappings: [{ containerPort: WEB_PORT }] } : {}),
    ...(part.health ? { healthCheck: healthOf(part.health) } : {}),
  });
  container.addMountPoints({ sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false });
  const execution = definition.obtainExecutionRole() as iam.Role;
  settings.key.grantDecrypt(execution);
  NagFindings.acknowledgeOwnPolicy(execution, 'a token of the registry has no resource');
  NagFindings.acknowledge(
    definition,
    ['AwsSolutions-ECS2'],
    'its variables are names of places: passwords and keys come from Secrets Manager',
  );
  return definition;
}

/** Python takes some seconds to begin, so it is asked seldom. */
function healthOf(argument: string): ecs.HealthCheck {
  return {
    command: ['CMD', 'sh', 'entry.sh', argument],
    interval: Duration.seconds(argument === 'healthy' ? 30 : 120),
    timeout: Duration.seconds(argument === 'healthy' ? 10 : 60),
    retries: 3,
    startPeriod: Duration.seconds(300),
  };
}
