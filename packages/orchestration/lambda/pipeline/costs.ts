/**
 * What AWS lists for us-east-1, in dollars; without discounts, free tiers, storage, requests and transfer.
 *
 * @see https://aws.amazon.com/glue/pricing/
 * @see https://aws.amazon.com/athena/pricing/
 * @see https://aws.amazon.com/fargate/pricing/
 * @see https://aws.amazon.com/step-functions/pricing/
 */
const PRICES = {
  dpuHour: 0.44,
  flexDpuHour: 0.29,
  scannedTerabyte: 5,
  vcpuHour: 0.04048,
  gigabyteHour: 0.004445,
  transition: 0.000_025,
};
const LEAST_SCANNED = 10 * 1024 ** 2;
const LEAST_SECONDS = 60;

/** What a call cost, by the answer that its `.sync` integration gave; undefined where the answer doesn't tell. */
export function costOf(resourceType: string | undefined, answer: unknown): number | undefined {
  const said = (answer ?? {}) as Answer;
  if (resourceType === 'glue') return glue(said);
  if (resourceType === 'athena') return athena(said);
  if (resourceType === 'ecs') return fargate(said);
  return undefined;
}

export function costOfTransitions(count: number): number {
  return count * PRICES.transition;
}

interface Answer {
  readonly [member: string]: unknown;
}

function glue(run: Answer): number | undefined {
  const price = run.ExecutionClass === 'FLEX' ? PRICES.flexDpuHour : PRICES.dpuHour;
  const seconds = number(run.ExecutionTime);
  const capacity = number(run.MaxCapacity);
  const used = number(run.DPUSeconds); // with auto scaling and FLEX
  if (used !== undefined) return (used / 3600) * price;
  if (seconds === undefined || capacity === undefined) return undefined;
  return ((Math.max(seconds, LEAST_SECONDS) * capacity) / 3600) * price;
}

function athena(answer: Answer): number | undefined {
  const query = answer.QueryExecution as Answer | undefined;
  const scanned = number((query?.Statistics as Answer | undefined)?.DataScannedInBytes);
  if (scanned === undefined) return undefined;
  if (query?.StatementType === 'DDL') return 0;
  return (Math.max(scanned, LEAST_SCANNED) / 1024 ** 4) * PRICES.scannedTerabyte;
}

function fargate(task: Answer): number | undefined {
  const [cpu, memory] = [number(task.Cpu), number(task.Memory)];
  const [from, to] = [number(task.PullStartedAt ?? task.StartedAt), number(task.StoppedAt)];
  if (task.LaunchType !== 'FARGATE' || cpu === undefined || memory === undefined) return undefined;
  if (from === undefined || to === undefined) return undefined;
  const hours = Math.max((to - from) / 1000, LEAST_SECONDS) / 3600;
  return hours * ((cpu / 1024) * PRICES.vcpuHour + (memory / 1024) * PRICES.gigabyteHour);
}

function number(value: unknown): number | undefined {
  const found = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}
