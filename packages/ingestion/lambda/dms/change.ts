import { createHash } from 'node:crypto';
import type { CustomResourceEvent, Outcome, Work } from '../../../core/lambda/custom-resource/respond';
import type { Kind } from './replications';
import { atRest, type DmsServices, lastPart, resume, stop, until } from './waiting';

interface Wanted {
  readonly kind: Kind;
  /** What the replications of all load folders begin with. */
  readonly base: string;
  /** The last part of the ARN. */
  readonly replication: string;
  readonly allowReload: boolean;
  /** What can't change without another load. */
  readonly definition: string;
}

/**
 * Comes before CloudFormation changes anything of a replication: refuses a change that would load again, and stops what
 * runs.
 *
 * The physical id says what the replication is. So a change is, to CloudFormation, a replacement, and it sends a Delete for
 * the id that is no longer used when all else is done, be it changed or rolled back. What was stopped and, because of a
 * rollback, never resumed, is resumed then.
 */
export function changeWork(services: DmsServices): Work {
  return async (event, endsAt) => {
    const wanted = read(event.ResourceProperties);
    const physicalResourceId = idOf(wanted, event);
    const answer = (wasRunning: boolean): Outcome => ({
      physicalResourceId,
      data: { WasRunning: String(wasRunning) },
    });
    const previousId = event.PhysicalResourceId ?? '';
    if (event.RequestType === 'Create') return answer(false);
    if (event.RequestType === 'Delete') {
      await resumeWhatIsMarked(services, wanted, endsAt);
      return { physicalResourceId: previousId };
    }
    if (previousId === physicalResourceId) {
      // Nothing of the replication changes: what came before was refused, or got stuck while it stopped. No Delete follows.
      await resumeWhatIsMarked(services, wanted, endsAt);
      return answer(false);
    }
    const previous = parse(previousId);
    await checkReload(services, wanted, previous);
    return answer(await stopAndMark(services, wanted.kind, wanted, previous.replication, endsAt));
  };
}

async function checkReload(services: DmsServices, wanted: Wanted, previous: Previous): Promise<void> {
  if (previous.definition === digest(wanted.definition) && previous.replication === wanted.replication) return;
  const known = await services.replications.list(wanted.kind, wanted.base);
  // A rollback: it is there, with all that it has loaded.
  const exists = known.some(({ arn }) => lastPart(arn) === wanted.replication);
  if (wanted.replication !== previous.replication && (exists || wanted.allowReload)) return;
  // It was never started, so nothing was loaded; DMS doesn't even list one that is serverless.
  if (!known.find(({ arn }) => lastPart(arn) === previous.replication)?.hasRun) return;
  throw new Error(
    `ReloadRefused: ${wanted.replication}: other tables, source, target, mode or format need another full load → ` +
      'nothing of it was changed → give allowReload: true and the output a LoadFolder.named of another name',
  );
}

/** Returns whether it ran before the deployment. */
async function stopAndMark(
  services: DmsServices,
  kind: Kind,
  { base }: Wanted,
  replication: string,
  endsAt: number,
): Promise<boolean> {
  const found = (await services.replications.list(kind, base)).find(({ arn }) => lastPart(arn) === replication);
  if (!found) return false;
  const state = await until(services, kind, found.arn, endsAt, atRest);
  if (!state) return false;
  if (state.status !== 'running') return services.replications.isMarked(state.arn);
  // first the mark: whatever happens from here on, it will be resumed
  await services.replications.mark(state.arn);
  await stop(services, kind, state.arn, endsAt);
  return true;
}

async function resumeWhatIsMarked(services: DmsServices, { kind, base }: Wanted, endsAt: number): Promise<void> {
  for (const { arn } of await services.replications.list(kind, base)) {
    if (!(await services.replications.isMarked(arn))) continue;
    const state = await until(services, kind, arn, endsAt, atRest);
    if (state && state.status !== 'running') await resume(services, kind, state);
    await services.replications.unmark(arn);
  }
}

function read(properties: Record<string, unknown>): Wanted {
  return {
    kind: String(properties.Kind) as Kind,
    base: String(properties.Base),
    replication: String(properties.Replication),
    allowReload: properties.AllowReload === 'true',
    definition: String(properties.Definition),
  };
}

interface Previous {
  readonly replication: string;
  readonly definition: string;
}

function idOf({ replication, definition }: Wanted, { ResourceProperties }: CustomResourceEvent): string {
  return [replication, digest(definition), digest(String(ResourceProperties.Detail))].join('/');
}

function parse(id: string): Previous {
  const [replication = '', definition = ''] = id.split('/');
  return { replication, definition };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
