import { createHash } from 'node:crypto';
import {
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';

/** What statements run by. */
export interface StatementServices {
  readonly redshift: RedshiftDataClient;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly now: () => number;
}

/** Where statements run, as whom. */
export interface Connection {
  readonly WorkgroupName: string;
  readonly Database: string;
  readonly SecretArn: string;
}

/** SQL by the Redshift Data API: what was started is waited for, or cancelled when the time is over. */
export class Statements {
  public constructor(
    private readonly services: StatementServices,
    private readonly connection: Connection,
    private readonly endsAt: number,
  ) {}

  /**
   * One statement that changes something. A request that is repeated has the same token for the same statement, which then runs
   * once.
   */
  public async change(Sql: string, requestId: string): Promise<void> {
    const ClientToken = createHash('sha256').update(`${requestId} ${Sql}`).digest('hex');
    const command = new ExecuteStatementCommand({ ...this.connection, Sql, ClientToken });
    const { Id } = await this.services.redshift.send(command);
    await this.finished(Id as string);
  }

  /** The rows of a query, as texts. */
  public async rows(Sql: string, parameters: Record<string, string>): Promise<(string | undefined)[][]> {
    const { redshift } = this.services;
    const Parameters = Object.entries(parameters).map(([name, value]) => ({ name, value }));
    const { Id } = await redshift.send(new ExecuteStatementCommand({ ...this.connection, Sql, Parameters }));
    await this.finished(Id as string);
    const { Records = [] } = await redshift.send(new GetStatementResultCommand({ Id }));
    return Records.map((row) => row.map((field) => ('stringValue' in field ? field.stringValue : undefined)));
  }

  private async finished(Id: string): Promise<void> {
    const { redshift, sleep, now } = this.services;
    for (let wait = 200; ; wait = Math.min(wait * 2, 3000)) {
      const { Status, Error: reason } = await redshift.send(new DescribeStatementCommand({ Id }));
      if (Status === 'FINISHED') return;
      if (Status === 'FAILED' || Status === 'ABORTED') throw new Error(`${Status}: ${reason ?? 'no reason given'}`);
      if (now() + wait > this.endsAt) {
        await redshift.send(new CancelStatementCommand({ Id })).catch(() => undefined);
        throw new Error(`TimedOut: statement ${Id} is ${Status} → deploy again`);
      }
      await sleep(wait);
    }
  }
}
