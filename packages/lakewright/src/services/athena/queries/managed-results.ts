import path from 'node:path';
import { LocalObjectStore } from '../../../workspace/local-object-store';
import type { ObjectStore } from '../../../workspace/object-store';
import type { Workspace } from '../../../workspace/workspace';
import type { ApiShape } from '../../api-shape';
import type { LakeContext } from '../../service';
import { invalidRequest } from '../errors';
import type { Execution } from './execution';
import type { WorkGroup } from './workgroups';

const BUCKET = 'athena-managed-results';

/** @see https://docs.aws.amazon.com/athena/latest/ug/managed-results.html */
const KEPT_SECONDS = 24 * 3600;

/** Athena keeps the results of this workgroup itself. */
export const isManaged = ({ Configuration }: WorkGroup): boolean =>
  Configuration.ManagedQueryResultsConfiguration?.Enabled === true;

/**
 * The storage that Athena has for results, `state/athena/managed`: it is no bucket of the lake, so that nothing but Athena's
 * own API reaches it.
 */
export class ManagedResults {
  public readonly objects: ObjectStore;

  public constructor(private readonly lake: LakeContext) {
    const folder = path.join(lake.workspace.root, 'state', 'athena', 'managed');
    const own: Workspace = Object.create(lake.workspace, {
      buckets: { value: path.join(folder, 'results') },
      metadata: { value: path.join(folder, 'metadata') },
    });
    this.objects = new LocalObjectStore(own);
  }

  /** Where the results of a workgroup go, with a slash at its end. */
  public folder({ Name }: WorkGroup): string {
    if (!this.objects.hasBucket(BUCKET)) this.objects.createBucket(BUCKET);
    return `s3://${BUCKET}/${Name}/`;
  }

  /** @throws ServiceError when the time of a result is over */
  public requireKept({ completed = 0, id }: Execution): void {
    if (this.lake.clock.now().getTime() / 1000 < completed + KEPT_SECONDS) return;
    throw invalidRequest(
      `Lakewright: the managed result of query ${id} was deleted after 24 hours: run the query again`,
    );
  }
}

/** The objects among which a query's result is. */
export const resultStore = ({ objects }: LakeContext, managed: ManagedResults, execution: Execution): ObjectStore =>
  execution.managed ? managed.objects : objects;

/** Checks a configuration that is given. @throws ServiceError */
export function checkManaged(configuration: ApiShape): void {
  const managed = configuration?.ManagedQueryResultsConfiguration;
  if (managed?.Enabled !== true || !configuration.ResultConfiguration?.OutputLocation) return;
  throw invalidRequest(
    'Lakewright: ManagedQueryResultsConfiguration.Enabled together with ResultConfiguration.OutputLocation: a workgroup has one of the two',
  );
}
