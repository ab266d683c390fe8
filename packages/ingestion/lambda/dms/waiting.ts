import type { Kind, ReplicationState, Replications } from './replications';

export interface DmsServices {
  readonly replications: Replications;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly log: (line: string) => void;
}

const LOOK_AGAIN_MS = 10_000;

/** Nothing goes on in these. */
const AT_REST = ['created', 'ready', 'stopped', 'failed', 'failed_provision', 'deprovisioned', 'running'];

export function atRest({ status }: ReplicationState): boolean {
  return AT_REST.includes(status);
}

/** Looks until something holds; fails by `endsAt`. */
export async function until(
  services: DmsServices,
  kind: Kind,
  arn: string,
  endsAt: number,
  holds: (state: ReplicationState) => boolean,
): Promise<ReplicationState | undefined> {
  for (;;) {
    const state = (await services.replications.list(kind, lastPart(arn))).find((one) => one.arn === arn);
    if (!state || holds(state)) return state;
    if (services.now() + LOOK_AGAIN_MS > endsAt) {
      throw new Error(
        `ReplicationBusy: ${lastPart(arn)} is still "${state.status}" → it has to come to rest first → deploy again when it has`,
      );
    }
    await services.sleep(LOOK_AGAIN_MS);
  }
}

/** Stops what runs, and waits for it. */
export async function stop(services: DmsServices, kind: Kind, arn: string, endsAt: number): Promise<void> {
  await services.replications.stop(kind, arn);
  services.log(`${lastPart(arn)}: stopping`);
  await until(services, kind, arn, endsAt, (state) => atRest(state) && state.status !== 'running');
}

/** Goes on where it was stopped, or starts for the first time. */
export async function resume(services: DmsServices, kind: Kind, state: ReplicationState): Promise<void> {
  const type = state.hasRun ? 'resume-processing' : 'start-replication';
  services.log(`${lastPart(state.arn)}: ${type}`);
  await services.replications.start(kind, state.arn, type);
}

export function lastPart(arn: string): string {
  return arn.split(':').pop() ?? arn;
}
