import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { ServiceError } from '../services/service';
import { AwsChunkedDecoder, incomplete } from './aws-chunked';
import { algorithmOfHeader, newChecksum } from './checksums';
import type { Checksum } from './crc';

/** Largest body of a JSON or form request, in bytes: the largest one that AWS takes is Lambda's 6 MB. */
const MAX_SMALL_BODY = 16 * 1024 * 1024;

/** A whole, small body. */
export async function readSmallBody(request: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_SMALL_BODY) {
      throw new ServiceError(
        'RequestEntityTooLargeException',
        `the request is over ${MAX_SMALL_BODY} bytes → nothing was done → send less at once`,
        413,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export interface ObjectBody {
  readonly body: Readable;
  /** Base64 by algorithm: complete when the body has ended. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** The body of an S3 request: without framing, and with an error at its end if a length or checksum doesn't hold. */
export function openObjectBody(request: IncomingMessage, url: URL): ObjectBody {
  const { headers } = request;
  const chunked = isChunked(headers);
  const decoder = chunked ? new AwsChunkedDecoder() : undefined;
  const trailing = String(headers['x-amz-trailer'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const length = chunked ? headers['x-amz-decoded-content-length'] : undefined;
  const verifier = new BodyVerifier(
    length === undefined ? undefined : Number(length),
    expectedChecksums(headers, url, trailing),
    () => decoder?.trailers ?? new Map(),
  );
  connect(request, decoder, verifier);
  return { body: verifier, checksums: verifier.checksums };
}

/** Not `pipeline`: that destroys the request on an error, and its socket with it, before the error can be answered. */
function connect(request: IncomingMessage, decoder: AwsChunkedDecoder | undefined, verifier: BodyVerifier): void {
  // Whoever reads the body gets the error; without a reader it is nobody's.
  verifier.on('error', () => {});
  request.once('close', () => {
    if (!request.complete) verifier.destroy(new Error('the client ended the connection before the body was complete'));
  });
  if (decoder === undefined) {
    request.pipe(verifier);
    return;
  }
  decoder.on('error', (error) => verifier.destroy(error));
  request.pipe(decoder).pipe(verifier);
}

function isChunked(headers: IncomingHttpHeaders): boolean {
  const sha256 = String(headers['x-amz-content-sha256'] ?? '');
  return sha256.startsWith('STREAMING-') || /\baws-chunked\b/.test(String(headers['content-encoding'] ?? ''));
}

interface Expected {
  readonly name: string;
  readonly checksum: Checksum;
  readonly encoding: 'base64' | 'hex';
  /** Undefined = it comes as a trailer. */
  readonly value?: string;
  readonly code: string;
}

function expectedChecksums(headers: IncomingHttpHeaders, url: URL, trailing: readonly string[]): Expected[] {
  const expected: Expected[] = [];
  const md5 = headers['content-md5'];
  if (typeof md5 === 'string') {
    if (Buffer.from(md5, 'base64').length !== 16) {
      throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified is not valid.', 400);
    }
    expected.push({
      name: 'content-md5',
      checksum: newChecksum('MD5'),
      encoding: 'base64',
      value: md5,
      code: 'BadDigest',
    });
  }
  const sha256 = headers['x-amz-content-sha256'];
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)) {
    const code = 'XAmzContentSHA256Mismatch';
    expected.push({
      name: 'x-amz-content-sha256',
      checksum: newChecksum('SHA256'),
      encoding: 'hex',
      value: sha256,
      code,
    });
  }
  // CompleteMultipartUpload carries the checksum of the whole object, not of its own body.
  if (url.searchParams.has('uploadId') && !url.searchParams.has('partNumber')) return expected;
  const names = [...Object.keys(headers), ...trailing];
  for (const name of new Set(names)) {
    const algorithm = algorithmOfHeader(name);
    if (algorithm === undefined) continue;
    const value = trailing.includes(name) ? undefined : String(headers[name]);
    expected.push({ name, checksum: newChecksum(algorithm), encoding: 'base64', value, code: 'BadDigest' });
  }
  return expected;
}

class BodyVerifier extends Transform {
  public readonly checksums: Record<string, string> = {};
  private size = 0;

  public constructor(
    private readonly length: number | undefined,
    private readonly expected: readonly Expected[],
    private readonly trailers: () => ReadonlyMap<string, string>,
  ) {
    super();
  }

  public override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    for (const { checksum } of this.expected) checksum.update(chunk);
    done(null, chunk);
  }

  public override _flush(done: TransformCallback): void {
    done(this.problem());
  }

  private problem(): ServiceError | null {
    if (this.length !== undefined && this.length !== this.size) return incomplete();
    for (const { name, checksum, encoding, value, code } of this.expected) {
      const given = value ?? this.trailers().get(name);
      const found = checksum.digest().toString(encoding);
      if (given === undefined) return missingTrailer(name);
      if (given !== found) return badDigest(code, name, given, found);
      const algorithm = algorithmOfHeader(name);
      if (algorithm !== undefined) this.checksums[algorithm] = found;
    }
    return null;
  }
}

function missingTrailer(name: string): ServiceError {
  return new ServiceError(
    'MalformedTrailerError',
    `The request announced the trailer "${name}" and ended without it`,
    400,
  );
}

function badDigest(code: string, name: string, given: string, found: string): ServiceError {
  return new ServiceError(code, `The ${name} you specified, ${given}, did not match what we received: ${found}`, 400);
}
