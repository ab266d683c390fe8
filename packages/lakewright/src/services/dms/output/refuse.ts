import { LakewrightError } from '../../../host/host';

/** Settings of the target that can't be carried out: what is there → what is allowed → what to change. */
export function refuseTarget(given: string, allowed: string, change: string): LakewrightError {
  return new LakewrightError('LW_DMS_TARGET', `target endpoint: ${given} → ${allowed} → ${change}`);
}
