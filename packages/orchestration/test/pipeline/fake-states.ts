import { ExecutionAlreadyExists, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';

export interface Execution {
  readonly name: string;
  readonly input: string;
  status: string;
  /** Calls of the API since its start and since its end: lists and descriptions follow some calls later. */
  age: number;
  ended?: number;
}

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Record<string, string & number>;
}

/**
 * Step Functions as its documentation has it: a name is given once, to who comes first; the same name with the same input
 * is answered with the run that is under way; lists and descriptions are behind by up to `lag` calls.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export class FakeStates {
  public readonly executions: Execution[] = [];
  /** The most runs that were under way at a time. */
  public most = 0;
  /** Throws before the call reaches the service, or after it did: `before 3` fails the third call. */
  public readonly failures = new Map<number, 'before' | 'after'>();
  public calls = 0;

  public constructor(private readonly lag = 0) {}

  public get client(): SFNClient {
    return { send: (command: Command) => this.send(command) } as unknown as SFNClient;
  }

  public run(name: string, status = 'RUNNING'): Execution {
    const execution = { name, input: '{}', status, age: Number.POSITIVE_INFINITY, ended: Number.POSITIVE_INFINITY };
    this.executions.push(execution);
    return execution;
  }

  public end(name: string, status = 'SUCCEEDED'): void {
    const execution = this.find(name) as Execution;
    execution.status = status;
    execution.ended = 0;
  }

  public find(name: string): Execution | undefined {
    return this.executions.find((one) => one.name === name);
  }

  public underWay(): Execution[] {
    return this.executions.filter(({ status }) => status === 'RUNNING');
  }

  private async send({ constructor: { name }, input }: Command): Promise<unknown> {
    await Promise.resolve();
    const call = ++this.calls;
    for (const execution of this.executions) {
      execution.age++;
      if (execution.ended !== undefined) execution.ended++;
    }
    const failure = this.failures.get(call);
    const error = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    if (failure === 'before') throw error;
    const answer = this.answer(name, input);
    if (failure === 'after') throw error;
    return answer;
  }

  private answer(command: string, input: Command['input']): unknown {
    switch (command) {
      case 'StartExecutionCommand':
        return this.start(input.name as string, input.input as string);
      case 'DescribeExecutionCommand': {
        const execution = this.find(String(input.executionArn).split(':').at(-1) as string);
        if (!execution || execution.age <= this.lag) throw new ExecutionDoesNotExist({ message: '', $metadata: {} });
        return { status: this.seen(execution) };
      }
      case 'ListExecutionsCommand': {
        const listed = this.executions
          .filter(({ age }) => age > this.lag)
          .filter((execution) => !input.statusFilter || this.seen(execution) === input.statusFilter)
          .reverse();
        const from = Number(input.nextToken ?? 0);
        const to = from + (input.maxResults ?? 100);
        return { executions: listed.slice(from, to), nextToken: to < listed.length ? `${to}` : undefined };
      }
      default:
        throw new Error(`the fake doesn't know ${command}`);
    }
  }

  private seen({ status, ended }: Execution): string {
    return ended !== undefined && ended <= this.lag ? 'RUNNING' : status;
  }

  private start(name: string, input: string): unknown {
    const existing = this.find(name);
    if (existing) {
      if (existing.status === 'RUNNING' && existing.input === input) return {};
      throw new ExecutionAlreadyExists({ message: '', $metadata: {} });
    }
    this.executions.push({ name, input, status: 'RUNNING', age: 0 });
    this.most = Math.max(this.most, this.underWay().length);
    return {};
  }
}
