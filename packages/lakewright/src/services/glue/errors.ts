import { ServiceError } from '../service';

/** Glue's error codes, with the texts that clients have learnt to read. */
export const databaseNotFound = (name: string) =>
  new ServiceError('EntityNotFoundException', `Database ${name} not found.`);

/** Glue doesn't name the table. */
export const tableNotFound = () => new ServiceError('EntityNotFoundException', 'Entity Not Found');

export const partitionNotFound = () => new ServiceError('EntityNotFoundException', 'Cannot find partition.');

export const versionNotFound = () => new ServiceError('EntityNotFoundException', 'Version not found.');

export const entityNotFound = (text: string) => new ServiceError('EntityNotFoundException', text);

export const alreadyExists = (what: string) => new ServiceError('AlreadyExistsException', `${what} already exists.`);

export const invalidInput = (text: string) => new ServiceError('InvalidInputException', text);

/** Something that Glue does and the local lake doesn't: never an empty answer that looks like Glue's. */
export const notLocal = (what: string, instead: string) =>
  invalidInput(`Lakewright: ${what} isn't available locally. ${instead}`);
