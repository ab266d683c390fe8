import type { Client } from 'pg';
import { connect, queryFailure } from './connect';

/** A position in PostgreSQL's log as a number; it is written `16/B374D848`. */
export function toLsn(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}

export interface WalRequest {
  readonly url: string;
  readonly slot: string;
  readonly publication: string;
  /** Transactions whose commit begins before aren't sent. */
  readonly from: bigint;
  readonly until: bigint;
  /** Called with each message; synchronous: while it works, nothing more is read. @returns the end of a commit */
  onMessage(message: Buffer): bigint | undefined;
  readonly signal?: AbortSignal;
}

/** The part of `pg`'s connection that isn't in its types. */
interface RawConnection {
  on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): void;
  once(event: 'replicationStart', listener: () => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

const XLOG_DATA = 0x77;
const KEEPALIVE = 0x6b;
/** How often the server is asked how far it has come. */
const ASK_EVERY_MS = 20;
/** The server ends a connection that says nothing for a minute. */
const REPORT_EVERY_MS = 10_000;

/**
 * Streams a slot's changes until the server has sent all before a position.
 *
 * What it reports as taken is the position it started from, never one it has just received: the caller may die before the
 * changes are on its disk, and a slot doesn't give again what was reported.
 */
export async function streamWal(request: WalRequest): Promise<void> {
  const client = await connect(request.url, true);
  try {
    await stream(client, request);
  } catch (error) {
    throw queryFailure(error, `reading changes from the slot "${request.slot}"`);
  } finally {
    await client.end().catch(() => {});
  }
}

function stream(client: Client, request: WalRequest): Promise<void> {
  const raw = (client as unknown as { readonly connection: RawConnection }).connection;
  const { from, until, slot, publication, signal } = request;
  return new Promise((resolve, reject) => {
    let ended = false;
    let received = from;
    const ask = () => !ended && raw.sendCopyFromChunk(statusUpdate(received, from, true));
    const report = setInterval(ask, REPORT_EVERY_MS);
    let next: NodeJS.Timeout | undefined;
    const finish = (error?: unknown): void => {
      if (ended) return;
      ended = true;
      clearInterval(report);
      clearTimeout(next);
      signal?.removeEventListener('abort', onAbort);
      if (error !== undefined) reject(error);
      // The server frees the slot before it answers: the next statement may use it.
      else raw.endCopyFrom();
    };
    const onAbort = () => finish(signal?.reason ?? new Error('stopped'));
    signal?.addEventListener('abort', onAbort, { once: true });
    raw.once('replicationStart', ask);
    raw.on('copyData', ({ chunk }) => {
      if (ended) return;
      try {
        if (chunk[0] === XLOG_DATA) {
          const end = request.onMessage(chunk.subarray(25));
          if (end !== undefined && end > received) received = end;
          if (end !== undefined && end >= until) finish();
        } else if (chunk[0] === KEEPALIVE) {
          // Where the server is: all transactions that were committed before have been sent.
          if (chunk.readBigInt64BE(1) >= until) finish();
          else {
            clearTimeout(next);
            next = setTimeout(ask, ASK_EVERY_MS);
          }
        }
      } catch (error) {
        finish(error);
      }
    });
    client
      .query(
        `START_REPLICATION SLOT "${slot}" LOGICAL ${lsnText(from)} (proto_version '1', publication_names '"${publication}"')`,
      )
      .then(
        () => (ended ? resolve() : finish(new Error('the server ended the replication'))),
        (error) => (ended ? resolve() : finish(error)),
      );
    client.once('end', () => finish(new Error('the connection to the server was lost')));
  });
}

/** @see https://www.postgresql.org/docs/current/protocol-replication.html "Standby status update" */
function statusUpdate(received: bigint, taken: bigint, answer: boolean): Buffer {
  const message = Buffer.alloc(34);
  message.write('r', 0, 'latin1');
  message.writeBigInt64BE(received, 1);
  message.writeBigInt64BE(taken, 9);
  message.writeBigInt64BE(taken, 17);
  message.writeBigInt64BE((BigInt(Date.now()) - 946_684_800_000n) * 1000n, 25);
  message.writeUInt8(answer ? 1 : 0, 33);
  return message;
}
