import type { Connection } from 'mysql2';
import type { MariaDb } from './server';

const pick = (below: number): number => Math.floor(Math.random() * below);

const SETUP = ['a', 'b'].map(
  (table) =>
    `CREATE OR REPLACE TABLE d.${table} (id int, part varchar(3), v varchar(40), n decimal(12,3), t timestamp(6) NULL, PRIMARY KEY (id, part))`,
);

/** Sessions that write to `d.a` and `d.b` at random: transactions, keys that change, some of it rolled back. */
export class Workload {
  public static async start(server: MariaDb, sessions: number): Promise<Workload> {
    await server.sql(...SETUP);
    const workload = new Workload(Array.from({ length: sessions }, () => server.session()));
    workload.resume();
    return workload;
  }

  private running = false;
  private writing: Promise<unknown> = Promise.resolve();
  private written = 0;

  private constructor(private readonly sessions: readonly Connection[]) {}

  public resume(): void {
    this.running = true;
    this.writing = Promise.all(this.sessions.map((session, index) => this.write(session, index)));
  }

  /** @returns transactions that were committed since `resume` */
  public async pause(): Promise<number> {
    // A load may be over before the first of them.
    for (let tries = 0; this.written === 0 && tries < 500; tries++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    this.running = false;
    await this.writing;
    const { written } = this;
    this.written = 0;
    return written;
  }

  public async stop(): Promise<void> {
    this.running = false;
    await this.writing;
    for (const session of this.sessions) session.destroy();
  }

  private async write(session: Connection, index: number): Promise<void> {
    while (this.running) {
      const statements = Array.from({ length: 1 + pick(6) }, () => statement(index));
      const end = pick(6) === 0 ? 'ROLLBACK' : 'COMMIT';
      try {
        await session.promise().query(`BEGIN; ${statements.join('; ')}; ${end}`);
        if (end === 'COMMIT') this.written++;
      } catch {
        // Keys that are there already, and deadlocks.
        await session.promise().query('ROLLBACK');
      }
    }
  }
}

/** Each session has keys of its own, and some in common. */
function statement(session: number): string {
  const table = pick(2) === 0 ? 'd.a' : 'd.b';
  const key = () => (pick(4) === 0 ? pick(20) : 100 * (session + 1) + pick(40));
  const where = `id = ${key()} AND part = 'p${pick(2)}'`;
  switch (pick(5)) {
    case 0:
      return `DELETE FROM ${table} WHERE ${where}`;
    case 1:
      return `UPDATE ${table} SET id = ${key()} WHERE ${where}`;
    case 2:
      return `UPDATE ${table} SET v = concat('v', ${pick(1000)}), n = n + 0.125, t = now(6) WHERE id < ${key()} LIMIT 5`;
    default:
      return `INSERT INTO ${table} VALUES (${key()}, 'p${pick(2)}', NULLIF('text ${pick(9)}', 'text 0'), ${pick(9999)}.5, now(6))`;
  }
}
