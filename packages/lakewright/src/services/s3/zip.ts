import zlib from 'node:zlib';
import { ServiceError } from '../service';

export interface ZipEntry {
  /** Relative, with slashes. */
  readonly name: string;
  content(): Buffer;
}

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_SIZE = 22;
const STORED = 0;
const DEFLATED = 8;
/** Of one entry unpacked: an archive that is larger than the disk shouldn't take the process down. */
const MAX_ENTRY = 2 ** 31;

/**
 * The files of a ZIP archive, stored or deflated.
 *
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 *
 * @throws ServiceError InvalidZip for a broken, encrypted or ZIP64 archive, and for a name that leads out of it
 */
export function readZip(archive: Buffer): ZipEntry[] {
  try {
    return directory(archive);
  } catch (error) {
    if (error instanceof RangeError) throw invalid('it is cut off');
    throw error;
  }
}

function directory(archive: Buffer): ZipEntry[] {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || archive.length < end + END_SIZE || archive.readUInt32LE(end) !== END_SIGNATURE) {
    throw invalid('it has no directory');
  }
  const count = archive.readUInt16LE(end + 10);
  let offset = archive.readUInt32LE(end + 16);
  if (count === 0xffff || offset === 0xffffffff) throw invalid('ZIP64 is not read');
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(offset) !== CENTRAL_SIGNATURE) throw invalid('its directory is broken');
    const flags = archive.readUInt16LE(offset + 8);
    const method = archive.readUInt16LE(offset + 10);
    const size = archive.readUInt32LE(offset + 20);
    const nameLength = archive.readUInt16LE(offset + 28);
    const name = archive.toString('utf8', offset + 46, offset + 46 + nameLength);
    const local = archive.readUInt32LE(offset + 42);
    if (flags & 1) throw invalid(`"${name}" is encrypted`);
    if (name.startsWith('/') || name.split('/').includes('..')) throw invalid(`"${name}" leads out of it`);
    if (!name.endsWith('/')) entries.push({ name, content: () => unpack(archive, local, size, method, name) });
    offset += 46 + nameLength + archive.readUInt16LE(offset + 30) + archive.readUInt16LE(offset + 32);
  }
  return entries;
}

function unpack(archive: Buffer, local: number, size: number, method: number, name: string): Buffer {
  if (archive.readUInt32LE(local) !== LOCAL_SIGNATURE) throw invalid(`"${name}" is broken`);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + size);
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw invalid(`"${name}" is packed by method ${method}`);
  try {
    return zlib.inflateRawSync(packed, { maxOutputLength: MAX_ENTRY });
  } catch {
    throw invalid(`"${name}" is broken`);
  }
}

function invalid(reason: string): ServiceError {
  return new ServiceError('InvalidZip', `the archive can't be read: ${reason}`, 400);
}
