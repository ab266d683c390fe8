import path from 'node:path';
import { ServiceError } from '../services/service';

/**
 * How an object's key becomes a path below its bucket's folder, and back.
 *
 * A key is its own path, so that people and engines find their files. Only what no file system can hold is written
 * differently, with `%` as the mark:
 * - an empty segment (`a//b`, `/a`) is a folder `%0`;
 * - a segment over 255 bytes is cut: each part but the last is a folder that ends with `%+`;
 * - a segment that looks like one of these marks is cut with `%+` before its last character.
 */

/** Longest file name of common file systems, in bytes. */
const MAX_NAME = 255;
/** Bytes of a cut segment's part: leaves room for the mark. */
const PART = 250;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY = 1024;

const CUT = '%+';
const EMPTY = '%0';

/** Windows refuses these as file names, with any extension. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
const WINDOWS_CHARACTERS = /[<>:"|?*\\\p{Cc}]|[. ]$/u;

/**
 * The path components of a key. A trailing slash (folder marker) is not part of them.
 *
 * @throws ServiceError InvalidArgument, KeyTooLongError
 */
export function keyToComponents(key: string, platform: NodeJS.Platform = process.platform): string[] {
  const problem = keyProblem(key, platform);
  if (problem !== undefined) throw problem;
  return segments(key).flatMap(toComponents);
}

function segments(key: string): string[] {
  const parts = key.split('/');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

function toComponents(segment: string): string[] {
  if (segment === '') return [EMPTY];
  const parts = cutBytes(segment);
  const last = parts[parts.length - 1];
  if (last === EMPTY || last.endsWith(CUT)) {
    parts.splice(-1, 1, last.slice(0, -1), last.slice(-1));
  }
  return parts.map((part, index) => (index < parts.length - 1 ? part + CUT : part));
}

function cutBytes(segment: string): string[] {
  const room = segment.endsWith(CUT) ? MAX_NAME - CUT.length : MAX_NAME;
  if (Buffer.byteLength(segment) <= room) return [segment];
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of segment) {
    const size = Buffer.byteLength(character);
    if (bytes + size > PART) {
      parts.push(part);
      part = '';
      bytes = 0;
    }
    part += character;
    bytes += size;
  }
  return [...parts, part];
}

/** What a folder's or file's name adds to the key of the folder it is in; undefined for a file that no key leads to. */
export function nameToKeyPart(name: string, isFolder: boolean): string | undefined {
  if (!isFolder) return name === EMPTY || isCut(name) ? undefined : name;
  if (name === EMPTY) return '/';
  return isCut(name) ? name.slice(0, -CUT.length) : `${name}/`;
}

/** Whether a folder holds the rest of a segment, not the next one. */
export function isCut(name: string): boolean {
  return name.endsWith(CUT);
}

/** Why no object can have this key here. */
export function keyProblem(key: string, platform: NodeJS.Platform = process.platform): ServiceError | undefined {
  if (Buffer.byteLength(key) > MAX_KEY) {
    return new ServiceError('KeyTooLongError', 'Your key is too long', 400, {
      Size: Buffer.byteLength(key),
      MaxSizeAllowed: MAX_KEY,
    });
  }
  const refuse = (reason: string) =>
    new ServiceError('InvalidArgument', `key ${JSON.stringify(key)} ${reason}`, 400, {
      ArgumentName: 'Key',
      ArgumentValue: key,
    });
  if (key.includes('\0')) return refuse('holds a NUL character → no file can have that name');
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(key)) {
    return refuse('is not valid Unicode → keys are UTF-8');
  }
  for (const segment of segments(key)) {
    if (segment === '.' || segment === '..') {
      return refuse(`has the segment "${segment}" → an object stays inside its bucket → leave it out`);
    }
    if (platform === 'win32' && (WINDOWS_CHARACTERS.test(segment) || WINDOWS_DEVICE.test(segment))) {
      return refuse(`has the segment "${segment}" → Windows has no file of that name → use another key`);
    }
  }
  return undefined;
}

/** Absolute path of a key's file; for a key with a trailing slash, and for '', a folder. */
export function keyToPath(folder: string, key: string, platform: NodeJS.Platform = process.platform): string {
  return path.join(folder, ...keyToComponents(key, platform));
}

/** Compares as S3 lists: by the bytes of UTF-8, where JavaScript's order differs for characters beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const leftHigh = isSurrogate(left);
    return leftHigh === isSurrogate(right) ? left - right : leftHigh ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
