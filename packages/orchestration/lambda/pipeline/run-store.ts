import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Counts, RunRow } from './record';

/** Tries before giving up against others who write the same run. */
const TRIES = 5;

/** Runs as JSON lines, one object a run. */
export class RunStore {
  public constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly prefix: string,
  ) {}

  /**
   * Writes a run, unless what is there has seen more of it: events come twice, and out of order.
   *
   * @returns whether it wrote
   */
  public async write(rows: readonly RunRow[], events: number): Promise<boolean> {
    const Key = this.key(rows[0] as RunRow);
    const Body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    for (let attempt = 1; ; attempt++) {
      const there = await this.head(Key);
      if (there && there.events >= events) return false;
      const condition = there ? { IfMatch: there.etag } : { IfNoneMatch: '*' };
      const Metadata = { events: `${events}` };
      const command = new PutObjectCommand({ Bucket: this.bucket, Key, Body, Metadata, ...condition });
      try {
        await this.client.send(command);
        return true;
      } catch (error) {
        // somebody else was quicker: look again at what is there now
        if (!isConflict(error) || attempt === TRIES) throw error;
      }
    }
  }

  /** What the report of a task's run counts; nothing when there is none. */
  public async counts(folder: string, runId: string): Promise<Counts> {
    const [, Bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(folder) ?? [];
    try {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket, Key: `${prefix}${runId}.json` }));
      return countsOf(JSON.parse((await Body?.transformToString()) ?? '{}'));
    } catch (error) {
      if (isAbsent(error) || error instanceof SyntaxError) return {};
      throw error;
    }
  }

  private key({ run_id, pipeline, started }: RunRow): string {
    const date = started?.slice(0, 10);
    const folder = this.prefix === '' ? '' : `${this.prefix}/`;
    return `${folder}run_date=${date}/${pipeline.replaceAll('/', '.')}/${run_id}.json`;
  }

  private async head(Key: string): Promise<{ etag?: string; events: number } | undefined> {
    try {
      const { ETag, Metadata } = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key }));
      return { etag: ETag, events: Number(Metadata?.events ?? 0) };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }
}

/** The names that our tasks' reports have for the same thing. */
function countsOf(report: Record<string, unknown>): Counts {
  const first = (...names: string[]): number | undefined =>
    names.map((name) => report[name]).find((value): value is number => typeof value === 'number');
  return {
    rowsIn: first('rowsIn', 'received'),
    rowsOut: first('rowsOut', 'rows'),
    rowsQuarantined: first('rowsQuarantined', 'quarantined', 'badRows'),
  };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } })?.$metadata?.httpStatusCode;
}

/** S3 answers 403 where there is nothing, to who may list below a prefix only: the key that is asked for is no prefix. */
function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 || statusOf(error) === 403;
}

function isConflict(error: unknown): boolean {
  return statusOf(error) === 412 || statusOf(error) === 409;
}
