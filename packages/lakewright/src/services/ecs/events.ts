import type { ApiShape } from '../api-shape';
import type { LakeContext } from '../service';

const TIMES = ['createdAt', 'startedAt', 'stoppingAt', 'stoppedAt'];

/**
 * The detail is the task, with times as texts.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
export function publishState(lake: Pick<LakeContext, 'events' | 'clock'>, task: ApiShape): void {
  const times = TIMES.filter((name) => task[name] !== undefined).map((name) => [
    name,
    new Date(task[name] * 1000).toISOString(),
  ]);
  lake.events.publish({
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    resources: [task.taskArn],
    detail: { ...task, ...Object.fromEntries(times), updatedAt: lake.clock.now().toISOString() },
  });
}
