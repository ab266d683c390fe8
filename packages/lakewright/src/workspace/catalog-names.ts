import { ServiceError } from '../services/service';

const PLAIN = /^[a-z0-9_-]$/;
/** Windows refuses these as file names, with any extension. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/** Glue keeps names in lower case. */
export function catalogName(name: string): string {
  return name.toLowerCase();
}

/**
 * A name of the catalog as a file name: itself where it has only letters, digits, `_` and `-`; other characters as
 * `%hex`, so that no name leads out of its folder or clashes with the files beside a table.
 *
 * @throws ServiceError InvalidInputException
 */
export function nameToFile(name: string): string {
  if (name === '' || Buffer.byteLength(name) > 255) {
    throw new ServiceError(
      'InvalidInputException',
      `a name has 1 to 255 bytes, this one has ${Buffer.byteLength(name)}`,
    );
  }
  const lower = catalogName(name);
  const file = [...lower].map((character) => (PLAIN.test(character) ? character : percent(character))).join('');
  if (file.length > 230) {
    throw new ServiceError(
      'InvalidInputException',
      `the name "${name}" is too long for a file name → use a shorter one`,
    );
  }
  return WINDOWS_DEVICE.test(file) ? percent(file[0]) + file.slice(1) : file;
}

export function fileToName(file: string): string {
  return decodeURIComponent(file);
}

function percent(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
