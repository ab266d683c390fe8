import { ServiceError } from '../services/service';

/** Errors of the file system that mean "no", as opposed to "isn't there". */
const FULL = new Set(['ENOSPC', 'EDQUOT']);
const REFUSED = new Set(['EACCES', 'EPERM', 'EROFS']);

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
}

/**
 * What a caller of the workspace gets for an error of the file system: a full disk, missing permission and too many
 * open files in words; anything else as it came.
 *
 * The statuses are ones that AWS SDKs don't retry: waiting doesn't free a disk.
 */
export function storageError(error: unknown, doing: string): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof ServiceError) return error;
  if (FULL.has(code)) {
    return new ServiceError(
      'InsufficientStorage',
      `${doing}: the disk of the workspace is full (${code}) → nothing was changed → free some space and try again`,
      507,
    );
  }
  if (REFUSED.has(code)) {
    return new ServiceError(
      'AccessDenied',
      `${doing}: the file system refused it (${code}) → nothing was changed → check who owns the workspace folder`,
      403,
    );
  }
  if (code === 'ENAMETOOLONG') {
    return new ServiceError('KeyTooLongError', `${doing}: the path is too long for this file system`, 400);
  }
  return error;
}
