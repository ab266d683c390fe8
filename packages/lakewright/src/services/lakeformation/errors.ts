import { ServiceError } from '../service';

export const invalidInput = (text: string) => new ServiceError('InvalidInputException', text);

export const entityNotFound = (text: string) => new ServiceError('EntityNotFoundException', text);

export const alreadyExists = (text: string) => new ServiceError('AlreadyExistsException', text);

export const limitExceeded = (text: string) => new ServiceError('ResourceNumberLimitExceededException', text);

export const accessDenied = (text: string) => new ServiceError('AccessDeniedException', text);

/** `Required Create Tag on Catalog` */
export const insufficient = (required: string) =>
  accessDenied(`Insufficient Lake Formation permission(s): Required ${required}`);

/** Something that Lake Formation does and the local one doesn't. */
export const notLocal = (what: string) => invalidInput(`Lakewright: ${what} isn't done locally.`);

/** The per-item error of a batch answer; anything that isn't a service error goes on. */
export function errorDetail(error: unknown): { ErrorCode: string; ErrorMessage: string } {
  if (!(error instanceof ServiceError)) throw error;
  return { ErrorCode: error.code, ErrorMessage: error.message };
}
