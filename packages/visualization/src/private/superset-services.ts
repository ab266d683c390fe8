import type { LakeEnvironment } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { SupersetServiceOptions } from '../superset-options';
import { CONTAINER, WEB_PORT } from './superset-tasks';

export interface ServiceProps {
  readonly cluster: ecs.ICluster;
  readonly taskDefinition: ecs.FargateTaskDefinition;
  readonly vpcSubnets: ec2.SubnetSelection;
  readonly securityGroups: ec2.ISecurityGroup[];
}

/** A service whose tasks become more with the CPU that they use; a deployment that fails goes back to the tasks before. */
export function scaledService(
  scope: Construct,
  id: string,
  props: ServiceProps,
  environment: LakeEnvironment,
  options: SupersetServiceOptions = {},
): ecs.FargateService {
  const min = options.minTasks ?? (environment.destroysData ? 1 : 2);
  const service = new ecs.FargateService(scope, id, {
    ...props,
    desiredCount: min,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
    enableECSManagedTags: true,
    propagateTags: ecs.PropagatedTagSource.SERVICE,
    ...(id === 'Web' ? { healthCheckGracePeriod: Duration.minutes(5) } : {}),
  });
  const maxCapacity = Math.max(min, options.maxTasks ?? (environment.destroysData ? 2 : 4));
  service.autoScaleTaskCount({ minCapacity: min, maxCapacity }).scaleOnCpuUtilization('Cpu', {
    targetUtilizationPercent: 60,
    scaleInCooldown: Duration.minutes(5),
    scaleOutCooldown: Duration.minutes(1),
  });
  return service;
}

/** The scheduler: one task and never two, which would do all scheduled work twice. */
export function singleService(scope: Construct, id: string, props: ServiceProps): ecs.FargateService {
  return new ecs.FargateService(scope, id, {
    ...props,
    desiredCount: 1,
    minHealthyPercent: 0,
    maxHealthyPercent: 100,
    circuitBreaker: { rollback: true },
    enableECSManagedTags: true,
    propagateTags: ecs.PropagatedTagSource.SERVICE,
  });
}

/** Sends browsers to the web server's tasks. */
export function serve(listener: elbv2.ApplicationListener, service: ecs.FargateService): elbv2.ApplicationTargetGroup {
  return listener.addTargets('Web', {
    port: WEB_PORT,
    protocol: elbv2.ApplicationProtocol.HTTP,
    targets: [service.loadBalancerTarget({ containerName: CONTAINER, containerPort: WEB_PORT })],
    healthCheck: {
      path: '/health',
      interval: Duration.seconds(15),
      timeout: Duration.seconds(10),
      healthyThresholdCount: 2,
    },
    deregistrationDelay: Duration.seconds(60),
  });
}
