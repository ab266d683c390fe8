import { LakeError } from '@lakewright/core';

/** Ends synthesis: what was written, what is allowed, what to change. */
export function refuse(code: string, wrote: string, allowed: string, change: string): never {
  throw new Error(LakeError.message(code, wrote, allowed, change));
}
