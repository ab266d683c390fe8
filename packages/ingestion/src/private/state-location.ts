import { DataLocation } from '@lakewright/core';

/**
 * Where an ingestion keeps what is not data: watermarks, reports of runs, quarantined records, originals.
 *
 * Outside of the target, so that a crawler or a table over the target never reads it, and in the same bucket, so that one
 * key and one lifecycle hold for both.
 *
 * @param target where the ingestion's data goes
 * @param state what the user chose instead
 */
export function stateLocation(target: DataLocation, state?: DataLocation): DataLocation {
  return state ?? DataLocation.of(target.bucket, ['_lakewright', target.prefix].filter(Boolean).join('/'));
}
