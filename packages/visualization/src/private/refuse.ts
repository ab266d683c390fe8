import { LakeError } from '@lakewright/core';

/** Throws what every refused input throws. */
export function refuse(code: string, wrote: string, allowed: string, change: string): never {
  throw new Error(LakeError.message(code, wrote, allowed, change));
}
