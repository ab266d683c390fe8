import { Transform, type TransformCallback } from 'node:stream';
import { ServiceError } from '../services/service';

type State = 'size' | 'data' | 'data-end' | 'trailer' | 'done';

/** Longest line of the framing: a size with its signature, or a trailer. */
const MAX_LINE = 8_192;

/**
 * Removes S3's own framing of uploads, `aws-chunked`, signed or not, with or without trailers:
 *
 * ```
 * 5;chunk-signature=…␍␊hello␍␊0␍␊x-amz-checksum-crc32:…␍␊␍␊
 * ```
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 *
 * Chunk signatures aren't checked: nobody's secret key is known here.
 */
export class AwsChunkedDecoder extends Transform {
  /** Lower-case name → value; complete when the stream has ended. */
  public readonly trailers = new Map<string, string>();
  private state: State = 'size';
  private rest: Buffer = Buffer.alloc(0);
  private remaining = 0;

  public override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
      while (this.step());
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  public override _flush(done: TransformCallback): void {
    done(this.state === 'done' || this.state === 'trailer' ? null : incomplete());
  }

  /** Takes the next piece from `rest`; false when there isn't a whole one. */
  private step(): boolean {
    switch (this.state) {
      case 'data':
        return this.takeData();
      case 'data-end':
        if (this.rest.length < 2) return false;
        if (this.rest[0] !== 13 || this.rest[1] !== 10) throw malformed();
        this.rest = this.rest.subarray(2);
        this.state = 'size';
        return true;
      case 'done':
        return false;
      default:
        return this.takeLine();
    }
  }

  private takeData(): boolean {
    if (this.rest.length === 0) return false;
    const data = this.rest.subarray(0, this.remaining);
    this.push(data);
    this.rest = this.rest.subarray(data.length);
    this.remaining -= data.length;
    if (this.remaining === 0) this.state = 'data-end';
    return true;
  }

  private takeLine(): boolean {
    const end = this.rest.indexOf('\r\n');
    if (end < 0) {
      if (this.rest.length > MAX_LINE) throw malformed();
      return false;
    }
    const line = this.rest.toString('latin1', 0, end);
    this.rest = this.rest.subarray(end + 2);
    if (this.state === 'size') this.takeSize(line);
    else if (line === '') this.state = 'done';
    else this.takeTrailer(line);
    return true;
  }

  private takeSize(line: string): void {
    const size = /^([0-9a-fA-F]{1,12})(;|$)/.exec(line)?.[1];
    if (size === undefined) throw malformed();
    this.remaining = Number.parseInt(size, 16);
    this.state = this.remaining === 0 ? 'trailer' : 'data';
  }

  private takeTrailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon < 1) throw malformed();
    this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function malformed(): ServiceError {
  return new ServiceError('InvalidRequest', 'The body is not in aws-chunked encoding, as its headers say', 400);
}

export function incomplete(): ServiceError {
  return new ServiceError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
    400,
  );
}
