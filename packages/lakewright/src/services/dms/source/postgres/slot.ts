import type { Client } from 'pg';
import type { SourceTable } from '../source-database';
import { connect, isDatabaseError } from './connect';

/** A new slot, whose snapshot can be imported until it is closed. */
export interface NewSlot {
  readonly position: string;
  readonly snapshot: string;
  close(): Promise<void>;
}

/** How long a slot may be held by the connection of a process that was just killed. */
const FREE_WITHIN_MS = 5000;
const TRY_EVERY_MS = 100;
const IN_USE = '55006';

/**
 * A publication of the tables and a slot of the same name, in place of what was left over.
 *
 * The publication comes first: the plugin looks it up as it was when a change was made.
 */
export async function createSlot(
  url: string,
  client: Client,
  name: string,
  tables: readonly SourceTable[],
): Promise<NewSlot> {
  await dropSlot(client, name);
  const list = tables.map((table) => `${quote(table.schema)}.${quote(table.name)}`).join(', ');
  await client.query(`CREATE PUBLICATION ${quote(name)} FOR TABLE ${list}`);
  const replication = await connect(url, true);
  try {
    const { rows } = await replication.query(`CREATE_REPLICATION_SLOT ${quote(name)} LOGICAL pgoutput EXPORT_SNAPSHOT`);
    const { consistent_point: position, snapshot_name: snapshot } = rows[0];
    return { position, snapshot, close: () => replication.end() };
  } catch (error) {
    await replication.end();
    await client.query(`DROP PUBLICATION IF EXISTS ${quote(name)}`);
    throw error;
  }
}

/** Drops slot and publication, where they are. */
export async function dropSlot(client: Client, name: string): Promise<void> {
  await whenSlotIsFree(() =>
    client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [name]),
  );
  await client.query(`DROP PUBLICATION IF EXISTS ${quote(name)}`);
}

export async function slotExists(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_replication_slots WHERE slot_name = $1', [name]);
  return rowCount === 1;
}

/** Repeats what fails because the slot is in use: the server needs a moment to see that a process was killed. */
export async function whenSlotIsFree<T>(work: () => Promise<T>, within = FREE_WITHIN_MS): Promise<T> {
  for (const deadline = Date.now() + within; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isInUse(error) || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
  }
}

const isInUse = (error: unknown): boolean =>
  (isDatabaseError(error) && error.code === IN_USE) ||
  (error instanceof Error && 'code' in error && error.code === 'LW_DMS_SLOT_IN_USE');

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
