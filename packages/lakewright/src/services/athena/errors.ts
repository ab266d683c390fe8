import { ServiceError } from '../service';

/** A request that Athena refuses. `athenaCode`: `AthenaErrorCode`, which some clients look at. */
export const invalidRequest = (message: string, athenaCode = 'INVALID_INPUT'): ServiceError =>
  new ServiceError('InvalidRequestException', message, 400, { AthenaErrorCode: athenaCode });

export const resourceNotFound = (message: string, resource?: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', message, 400, resource === undefined ? {} : { ResourceName: resource });

/** The Glue Data Catalog refused: the message carries Glue's code, as Athena passes it on. */
export const metadataError = (message: string): ServiceError => new ServiceError('MetadataException', message);
