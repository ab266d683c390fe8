import { randomInt } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const DEFAULT_LENGTH = 32;

/** A password by `GenerateSecretString` or GetRandomPassword, from the system's random source. */
export function generatePassword(options: ApiShape): string {
  const excluded = new Set(String(options.ExcludeCharacters ?? ''));
  const kinds = [
    isTrue(options.ExcludeLowercase) ? '' : LOWER,
    isTrue(options.ExcludeUppercase) ? '' : UPPER,
    isTrue(options.ExcludeNumbers) ? '' : DIGITS,
    isTrue(options.ExcludePunctuation) ? '' : PUNCTUATION,
    isTrue(options.IncludeSpace) ? ' ' : '',
  ]
    .map((kind) => [...kind].filter((character) => !excluded.has(character)).join(''))
    .filter((kind) => kind !== '');
  const length = Number(options.PasswordLength ?? DEFAULT_LENGTH);
  if (!Number.isInteger(length) || length < 1 || length > 4096 || kinds.length === 0) {
    throw new ServiceError('InvalidParameterException', 'a password has 1 to 4096 characters of at least one kind');
  }
  const required = isTrue(options.RequireEachIncludedType ?? true) && length >= kinds.length ? kinds : [];
  const all = kinds.join('');
  const characters = [...required.map(pick), ...Array.from({ length: length - required.length }, () => pick(all))];
  return shuffle(characters).join('');
}

/** The value of a secret that CloudFormation generates: the password, or the template with the password put in. */
export function generateSecretString(options: ApiShape): string {
  const password = generatePassword(options);
  const { SecretStringTemplate: template, GenerateStringKey: key } = options;
  if (template === undefined || key === undefined) return password;
  return JSON.stringify({ ...JSON.parse(template), [key]: password });
}

function pick(characters: string): string {
  return characters[randomInt(characters.length)];
}

function shuffle(characters: string[]): string[] {
  for (let index = characters.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [characters[index], characters[other]] = [characters[other], characters[index]];
  }
  return characters;
}

function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
