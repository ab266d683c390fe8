import { createHash } from 'node:crypto';
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';

/** Where and how statements run. */
export interface StatementOptions {
  readonly athena: AthenaClient;
  readonly workgroup: string;
  readonly resultLocation: string;
  /** Makes a retried request find the query that it started before. */
  readonly requestId: string;
  /** By when (ms since 1970) a statement must have ended. */
  readonly endsAt: number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** New roles and policies take some seconds to reach all of AWS, and the provider's is as new as the table. */
const POLICY_DELAY_MS = 60_000;

/** Runs statements one after the other. */
export class Statements {
  private readonly since: number;
  private count = 0;

  public constructor(private readonly options: StatementOptions) {
    this.since = options.now();
  }

  /** Runs a statement to its end; returns the id of its execution. */
  public async run(sql: string): Promise<string> {
    for (;;) {
      try {
        return await this.once(sql);
      } catch (error) {
        const young = this.options.now() - this.since < POLICY_DELAY_MS;
        if (!young || !/access ?denied|not authorized|insufficient .*permission/i.test(String(error))) throw error;
        await this.options.sleep(5000);
      }
    }
  }

  /** Runs a statement and returns its first column; a SELECT's header is left out. */
  public async rows(sql: string): Promise<string[]> {
    const QueryExecutionId = await this.run(sql);
    const { ResultSet } = await this.options.athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
    const rows = (ResultSet?.Rows ?? []).map(({ Data }) => Data?.[0]?.VarCharValue ?? '');
    return /^\s*select/i.test(sql) ? rows.slice(1) : rows;
  }

  private async once(sql: string): Promise<string> {
    const { athena, workgroup, resultLocation, requestId, now, sleep, endsAt } = this.options;
    this.count += 1;
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: workgroup,
        ResultConfiguration: { OutputLocation: resultLocation },
        ClientRequestToken: createHash('sha256').update(`${requestId} ${this.count} ${sql}`).digest('hex'),
      }),
    );
    for (let pause = 250; ; pause = Math.min(pause * 2, 4000)) {
      const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
      const { State, StateChangeReason } = QueryExecution?.Status ?? {};
      if (State === 'SUCCEEDED') return QueryExecutionId ?? '';
      if (State === 'FAILED' || State === 'CANCELLED') {
        // The reason first: CloudFormation shows the beginning.
        throw new Error(`StatementFailed: ${StateChangeReason ?? 'no reason given'} (${State} in Athena: ${sql})`);
      }
      if (now() + pause > endsAt) {
        await athena.send(new StopQueryExecutionCommand({ QueryExecutionId }));
        throw new Error(`StatementTimedOut: "${sql}" (${QueryExecutionId}) did not end in time and was stopped`);
      }
      await sleep(pause);
    }
  }
}
