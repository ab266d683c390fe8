import type { LakeModel } from '../../src/console/contract';
import type { Resource } from '../store';

/** What every view is given: what stands behind its name in the address, and the lake. */
export interface ViewProps {
  readonly rest: readonly string[];
  readonly lake: Resource<LakeModel>;
}
