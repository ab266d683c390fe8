import fs from 'node:fs';
import path from 'node:path';
import { GetJobCommand, GlueClient, ListJobsCommand, UpdateJobCommand } from '@aws-sdk/client-glue';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Lake, MemoryHost, type RunningServer } from '../../src';
import { INBOX } from './pipeline-stack';

/** One lake on a workspace of its own, as its user has it: the verbs of `Lake`, and AWS's clients. */
export class FaultLake {
  public readonly host = new MemoryHost();
  public readonly lake: Lake;
  public readonly workspace: string;
  private server?: Promise<RunningServer>;
  private readonly clients: { destroy(): void }[] = [];

  /** @param base name of a workspace of the folder, which it goes on from */
  public constructor(folder: string, name: string, base?: string) {
    this.workspace = path.join(folder, name);
    fs.rmSync(this.workspace, { recursive: true, force: true });
    // Times tell which files are new.
    if (base !== undefined)
      fs.cpSync(path.join(folder, base), this.workspace, { recursive: true, preserveTimestamps: true });
    this.lake = new Lake({ directory: folder, workspace: name, host: this.host });
  }

  public async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.lake.close();
  }

  /** The bucket of a zone. */
  public bucket(zone: 'raw' | 'converted' | 'datasets'): string {
    const names = fs.readdirSync(path.join(this.workspace, 'buckets')).filter((name) => name.includes(zone));
    if (names.length !== 1) throw new Error(`buckets of ${zone}: ${names.join(', ')}`);
    return names[0] as string;
  }

  /** An object as a file. */
  public file(zone: 'raw' | 'converted' | 'datasets', key: string): string {
    return path.join(this.workspace, 'buckets', this.bucket(zone), key);
  }

  /** Puts an object there without telling anybody. */
  public lay(key: string, text: string): void {
    const file = this.file('raw', key);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }

  /** Puts an object there as any client does. */
  public async put(key: string, text: string): Promise<void> {
    const s3 = await this.client(S3Client, { forcePathStyle: true });
    await s3.send(new PutObjectCommand({ Bucket: this.bucket('raw'), Key: key, Body: text }));
  }

  public async client<C extends { destroy(): void }>(type: new (config: never) => C, more: object = {}): Promise<C> {
    this.server ??= this.lake.serve({ port: 0 });
    const { url, region } = await this.server;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new type({ endpoint: url, region, credentials, maxAttempts: 1, ...more } as never);
    this.clients.push(client);
    return client;
  }

  public states(): Promise<SFNClient> {
    return this.client(SFNClient);
  }

  public glue(): Promise<GlueClient> {
    return this.client(GlueClient);
  }

  /** Gives the runs of a construct's job so many minutes. */
  public async limit(construct: string, Timeout: number): Promise<void> {
    const glue = await this.glue();
    const JobName = await this.job(construct);
    const { Job } = await glue.send(new GetJobCommand({ JobName }));
    const { Role, Command, DefaultArguments, ExecutionProperty, MaxRetries, GlueVersion } = Job ?? {};
    const JobUpdate = { Role, Command, DefaultArguments, ExecutionProperty, MaxRetries, GlueVersion, Timeout };
    await glue.send(new UpdateJobCommand({ JobName, JobUpdate }));
  }

  /** The name of a construct's job. */
  public async job(construct: string): Promise<string> {
    const { JobNames = [] } = await (await this.glue()).send(new ListJobsCommand({}));
    const named = JobNames.filter((name) => name.includes(construct));
    if (named.length !== 1) throw new Error(`jobs of ${construct}: ${named}`);
    return named[0] as string;
  }

  /** The pipeline's runs, the newest first. */
  public async runs(): Promise<DescribeExecutionOutput[]> {
    const states = await this.states();
    const { stateMachines = [] } = await states.send(new ListStateMachinesCommand({}));
    const { executions = [] } = await states.send(
      new ListExecutionsCommand({ stateMachineArn: stateMachines[0]?.stateMachineArn }),
    );
    return await Promise.all(
      executions.map(({ executionArn }) => states.send(new DescribeExecutionCommand({ executionArn }))),
    );
  }

  /** Waits until so many runs have ended, and all that follows them has. */
  public async ended(count = 1): Promise<DescribeExecutionOutput[]> {
    const deadline = Date.now() + 480_000;
    for (;;) {
      // Nobody is told of runs of one task.
      const runs = (await this.runs()).filter(({ name }) => !name?.startsWith('only-'));
      if (runs.length >= count && runs.every(({ status }) => status !== 'RUNNING')) {
        const told = (await this.history()).filter(([, task]) => task === null);
        const rows = new Set(told.map(([run, , state, , , redrives]) => `${run} ${state} ${redrives}`));
        if (runs.every(({ name, status, redriveCount }) => rows.has(`${name} ${status} ${redriveCount}`))) return runs;
      }
      if (Date.now() > deadline) throw new Error(`not ended: ${runs.map(({ name, status }) => `${name} ${status}`)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** How many messages a construct's queue has for who asks. */
  public async waiting(construct: string): Promise<number> {
    const sqs = await this.client(SQSClient);
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const named = QueueUrls.filter((url) => url.includes(construct));
    if (named.length !== 1) throw new Error(`queues of ${construct}: ${named}`);
    const AttributeNames: QueueAttributeName[] = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    ];
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: named[0], AttributeNames }));
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  }

  /** How many objects lie below a key of the raw zone. */
  public count(prefix: string): number {
    const folder = this.file('raw', prefix);
    return fs.existsSync(folder) ? fs.readdirSync(folder).length : 0;
  }

  /** What the construct's function answers. */
  public async invoke(construct: string, payload: object = {}): Promise<Record<string, unknown>> {
    const lambda = await this.client(LambdaClient);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const named = Functions.filter(({ FunctionName }) => FunctionName?.includes(construct));
    if (named.length !== 1) throw new Error(`functions of ${construct}: ${named.map((one) => one.FunctionName)}`);
    const { FunctionName } = named[0] ?? {};
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) }));
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString());
  }

  /** What the history has: run, task, state, failures, error, redrives; null as a run's own task. */
  public async history(): Promise<(string | null)[][]> {
    const { rows } = await this.lake.query(
      "SELECT run_id, task, state, failures, error, redrives FROM datasets.pipeline_runs WHERE run_date >= '2020-01-01' ORDER BY started, task",
    );
    return rows.map((row) => [...row]);
  }

  /** Takes the messages that people got. */
  public async told(): Promise<string[]> {
    const sqs = await this.client(SQSClient);
    const QueueUrl = `${(await this.server)?.url}/000000000000/${INBOX}`;
    const taken: string[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      for (const { Body, ReceiptHandle } of Messages) {
        taken.push(JSON.parse(Body ?? '{}').Message);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      if (Messages.length === 0) return taken;
    }
  }
}
