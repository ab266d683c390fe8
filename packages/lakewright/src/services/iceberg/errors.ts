import { ServiceError } from '../service';

/** Errors in the words and with the types that the REST catalog's clients know. */

export const noSuchTable = (database: string, name: string): ServiceError =>
  new ServiceError('NoSuchTableException', `Table does not exist: ${database}.${name}`, 404);

export const noSuchNamespace = (database: string): ServiceError =>
  new ServiceError('NoSuchNamespaceException', `Namespace does not exist: ${database}`, 404);

export const alreadyExists = (text: string): ServiceError => new ServiceError('AlreadyExistsException', text, 409);

export const commitFailed = (text: string): ServiceError => new ServiceError('CommitFailedException', text, 409);

export const badRequest = (text: string): ServiceError => new ServiceError('BadRequestException', text, 400);

export const isCommitFailed = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === 'CommitFailedException';
