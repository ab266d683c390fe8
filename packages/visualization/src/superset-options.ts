import type { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/** How large one of Superset's services is. */
export interface SupersetServiceOptions {
  /**
   * CPU units of a task.
   * @default 1024
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
   */
  readonly cpu?: number;

  /**
   * Memory of a task in MiB.
   * @default 2048
   */
  readonly memoryLimitMiB?: number;

  /**
   * How many tasks run at least.
   * @default 2, and 1 in a sandbox
   */
  readonly minTasks?: number;

  /**
   * How many tasks run at most: more are started when the CPU is used by more than 60 %.
   * @default 4, and 2 in a sandbox
   */
  readonly maxTasks?: number;
}

/** What Superset's metadata database is made of. */
export interface SupersetDatabaseOptions {
  /**
   * The class of the instance, for Arm or Intel.
   * @default t4g.small, and t4g.micro in a sandbox
   */
  readonly instanceType?: ec2.InstanceType;

  /**
   * Whether a second instance in another zone takes over.
   * @default true, and false in a sandbox
   */
  readonly multiAz?: boolean;

  /**
   * How far back it can be restored to any second.
   * @default Duration.days(14), and one day in a sandbox
   */
  readonly backupRetention?: Duration;
}
