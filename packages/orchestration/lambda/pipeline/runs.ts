import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

/** Pages of a hundred runs that are looked through for one with a number. */
const MOST_PAGES = 10;

/** The runs of one pipeline. */
export class Runs {
  public constructor(
    private readonly client: SFNClient,
    private readonly stateMachineArn: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Starts a run; `taken` when a run has had the name, with another input or an end. */
  public async start(name: string, input: string): Promise<'started' | 'taken'> {
    const { stateMachineArn } = this;
    try {
      await this.client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
      return 'started';
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return 'taken';
      throw error;
    }
  }

  /** A run that is known to be under way, whoever started it. */
  public async underWay(): Promise<string | undefined> {
    const { stateMachineArn } = this;
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 });
    const { executions = [] } = await this.client.send(command);
    return executions[0]?.name;
  }

  /** The number of the newest run that has one. */
  public async lastNumber(): Promise<number | undefined> {
    const { stateMachineArn } = this;
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const command = new ListExecutionsCommand({ stateMachineArn, maxResults: 100, nextToken });
      const answer = await this.client.send(command);
      const numbers = (answer.executions ?? []).flatMap(({ name }) => numberOf(name) ?? []);
      if (numbers.length > 0) return Math.max(...numbers);
      nextToken = answer.nextToken;
      if (!nextToken) return undefined;
    }
    return undefined;
  }

  /**
   * Where the numbers begin when no run is known: after a pause of 90 days Step Functions knows none, and would give the
   * names of old runs again.
   */
  public firstNumber(): number {
    return Math.floor(this.now().getTime() / 86_400_000) * 10_000;
  }

  /** Whether a run has ended for certain: one that can't be described yet has only just begun. */
  public async hasEnded(name: string): Promise<boolean> {
    const executionArn = `${this.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    try {
      const { status } = await this.client.send(new DescribeExecutionCommand({ executionArn }));
      return status !== undefined && status !== 'RUNNING' && status !== 'PENDING_REDRIVE';
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return false;
      throw error;
    }
  }
}

function numberOf(name: string | undefined): number | undefined {
  const digits = /^run-(\d{1,15})$/.exec(name ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
