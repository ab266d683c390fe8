import { LakewrightError } from '../../../host/host';

/** Mappings that can't be carried out: what is there → what is allowed → what to change. */
export function refuseMapping(given: string, allowed: string, change: string): LakewrightError {
  return new LakewrightError('LW_DMS_MAPPING', `table mappings: ${given} → ${allowed} → ${change}`);
}
