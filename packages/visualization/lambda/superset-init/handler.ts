import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTasksCommand, type ECSClient, RunTaskCommand, type Task } from '@aws-sdk/client-ecs';
import type { CustomResourceEvent, Work } from '../../../core/lambda/custom-resource/respond';

export interface Clients {
  readonly ecs: Pick<ECSClient, 'send'>;
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What the construct says. */
interface InitProperties {
  readonly Cluster: string;
  readonly TaskDefinition: string;
  readonly Subnets: string[];
  readonly SecurityGroups: string[];
  readonly LogGroup: string;
}

/**
 * Runs the task that prepares Superset's metadata database, and waits for its end. CloudFormation asks for it again whenever
 * the task is another one: another image, another bundle, other settings.
 */
export function supersetInitWork(clients: Clients): Work {
  return async (event, endsAt) => {
    const physicalResourceId = event.PhysicalResourceId ?? `superset-init-${event.LogicalResourceId}`;
    if (event.RequestType === 'Delete') return { physicalResourceId };
    // An older image doesn't know the migrations of a newer one. They only add, so it works on what they made.
    if (event.RequestType === 'Update' && (await rollsBack(clients, event))) return { physicalResourceId };
    const properties = event.ResourceProperties as unknown as InitProperties;
    const taskArn = await start(clients, event, properties);
    const task = await ended(clients, properties, taskArn, endsAt);
    const [container] = task.containers ?? [];
    if (container?.exitCode !== 0) {
      const why = [task.stoppedReason, container?.reason].filter(Boolean).join('; ');
      throw new Error(
        `InitFailed: the task ended with ${container?.exitCode ?? 'no exit code'} (${why}) → it must end with 0 → ` +
          `read its log: ${properties.LogGroup}, stream init/superset/${taskArn.split('/').at(-1)}`,
      );
    }
    return { physicalResourceId };
  };
}

async function rollsBack({ cloudFormation }: Clients, event: CustomResourceEvent): Promise<boolean> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: event.StackId }));
  return Stacks?.[0]?.StackStatus?.includes('ROLLBACK') ?? false;
}

async function start({ ecs }: Clients, event: CustomResourceEvent, properties: InitProperties): Promise<string> {
  const { tasks, failures } = await ecs.send(
    new RunTaskCommand({
      cluster: properties.Cluster,
      taskDefinition: properties.TaskDefinition,
      launchType: 'FARGATE',
      clientToken: event.RequestId, // asked twice for the same, it is one task
      startedBy: 'cloudformation',
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: properties.Subnets,
          securityGroups: properties.SecurityGroups,
          assignPublicIp: 'DISABLED',
        },
      },
    }),
  );
  const taskArn = tasks?.[0]?.taskArn;
  if (taskArn) return taskArn;
  const why = failures?.map(({ reason, detail }) => `${reason} ${detail ?? ''}`.trim()).join('; ');
  throw new Error(`InitNotStarted: ${why || 'ECS gave no reason'} → the task must start → deploy again`);
}

async function ended(
  { ecs, now, sleep }: Clients,
  { Cluster }: InitProperties,
  taskArn: string,
  endsAt: number,
): Promise<Task> {
  while (now() < endsAt) {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: Cluster, tasks: [taskArn] }));
    const [task] = tasks ?? [];
    if (task?.lastStatus === 'STOPPED') return task;
    await sleep(5000);
  }
  throw new Error(`InitTooLong: task ${taskArn} still runs → 14 minutes → let it end, and deploy again: it goes on`);
}
