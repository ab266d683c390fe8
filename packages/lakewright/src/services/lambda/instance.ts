import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { LakeResource } from '../../assembly/resource';
import { ANY_PYTHON, findPython } from '../../engines/python/interpreter';
import { hasEnded, signalChild } from '../../programs/child';
import { type Lineage, setProcessInvocation } from '../lineage';
import type { LakeContext } from '../service';
import type { Channel, Connection } from './channel';
import { codeFolder, layerFolders } from './code';
import { type Language, languageOf } from './declared';
import { processEnvironment } from './environment';

const RUNTIMES = path.join(__dirname, '..', '..', '..', 'runtimes');
/** AWS gives a function ten seconds to start, beside its timeout; a laptop that does other things may need longer. */
const START_SECONDS = 30;
const LAST_MESSAGE_MS = 100;
/** Source: Lambda Developer Guide, "Lambda quotas": 6 MB of request and of response. */
const MAX_RESPONSE = 6 * 1024 * 1024 + 100;
const TAIL = 4096;

export interface InvocationRequest {
  readonly requestId: string;
  readonly event: string;
  readonly functionArn: string;
  readonly clientContext?: unknown;
  readonly lineage: Lineage;
}

/** What an invocation gave: JSON, the function's or an error's. */
export interface InvocationOutcome {
  readonly payload: string;
  readonly failed: boolean;
  /** The last 4 KB of its log. */
  readonly tail: string;
}

interface Waiting {
  readonly request: InvocationRequest;
  resolve(result: { payload: string; failed: boolean }): void;
}

/** One process of a function: started once, invoked again and again, one invocation at a time. */
export class Instance {
  /** @throws MissingTool LW_PYTHON_MISSING, ServiceError where the code isn't there */
  public static async start(lake: LakeContext, resource: LakeResource, channel: Channel): Promise<Instance> {
    const language = languageOf(resource) ?? 'node';
    const id = randomUUID().replaceAll('-', '');
    const sessionToken = `lakewright-function-${randomUUID()}`;
    const root = await codeFolder(lake, resource);
    const { token, connected } = channel.expect();
    const day = lake.clock.now().toISOString().slice(0, 10);
    const logStream = `${day.replaceAll('-', '/')}/[$LATEST]${id}`;
    const env = await processEnvironment(lake, resource, {
      ...{ language, root, logStream, sessionToken, token },
      layers: await layerFolders(lake, resource),
      port: await channel.port(),
    });
    const folder = path.join(lake.workspace.root, 'logs', 'lambda', resource.physicalId);
    fs.mkdirSync(folder, { recursive: true });
    const log = fs.openSync(path.join(folder, `${day}-${id.slice(0, 8)}.log`), 'a', 0o600);
    const [program, args] = await commandOf(language, Number(resource.properties.MemorySize ?? 128));
    const child = spawn(program, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    return new Instance(lake, resource, child, connected, log, sessionToken);
  }

  private readonly seconds: number;
  private readonly seesLakeClock: boolean;
  private waiting?: Waiting;
  private connection?: Connection;
  /** Why the process can't be invoked (any more): the payload of an error. */
  private broken?: string;
  private readonly ready: Promise<void>;
  private readonly ended: Promise<void>;
  private tail = '';
  private closed = false;

  private constructor(
    private readonly lake: LakeContext,
    resource: LakeResource,
    private readonly child: ChildProcess,
    connected: Promise<Connection>,
    private readonly log: number,
    private readonly sessionToken: string,
  ) {
    this.seconds = Number(resource.properties.Timeout ?? 3);
    this.seesLakeClock = languageOf(resource) === 'node';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => this.write(text.toString()));
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.fail('Runtime.ExitError', `Error: the runtime can't be started: ${error.message}`);
        resolve();
      });
      child.once('close', (code, signal) => {
        const how = code === null ? `signal: ${signal}` : `exit status ${code}`;
        const text = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
        const end = () => {
          this.fail('Runtime.ExitError', `Error: ${text}`);
          resolve();
        };
        // What a program says as it ends may still lie in the channel when its end is known.
        if (code === null) end();
        else setTimeout(end, LAST_MESSAGE_MS);
      });
    });
    this.ready = this.start(connected);
  }

  /** Whether it can take another invocation. */
  public get usable(): boolean {
    return this.broken === undefined && !hasEnded(this.child);
  }

  public async invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    this.tail = '';
    // Python functions see the machine's clock.
    const clockOffset = this.seesLakeClock ? this.lake.clock.now().getTime() - Date.now() : 0;
    setProcessInvocation(this.sessionToken, { lineage: request.lineage, clockOffset });
    const started = performance.now();
    this.write(`START RequestId: ${request.requestId} Version: $LATEST\n`);
    try {
      await this.ready;
      const { payload, failed } = await this.run(request, clockOffset);
      await lastWords();
      const milliseconds = (performance.now() - started).toFixed(2);
      this.write(
        `END RequestId: ${request.requestId}\nREPORT RequestId: ${request.requestId}\tDuration: ${milliseconds} ms\n`,
      );
      return { payload, failed, tail: this.tail.slice(-TAIL) };
    } finally {
      setProcessInvocation(this.sessionToken, undefined);
    }
  }

  public async stop(): Promise<void> {
    signalChild(this.child, 'SIGKILL');
    await this.ended;
    if (!this.closed) fs.closeSync(this.log);
    this.closed = true;
  }

  private async start(connected: Promise<Connection>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.fail('Sandbox.Timedout', `Error: the function wasn't ready ${START_SECONDS} s after its start`);
        signalChild(this.child, 'SIGKILL');
        resolve();
      }, START_SECONDS * 1000);
    });
    const said = connected.then(
      (connection) =>
        new Promise<void>((resolve) => {
          this.connection = connection;
          connection.onMessage((message) => {
            if (message.initError) this.broken ??= JSON.stringify(message.initError);
            if (message.ready || message.initError) resolve();
            else this.answered(message);
          });
        }),
    );
    await Promise.race([said, late, this.ended]);
    clearTimeout(timer);
  }

  private run(request: InvocationRequest, clockOffset: number): Promise<{ payload: string; failed: boolean }> {
    if (this.broken !== undefined) return Promise.resolve({ payload: this.broken, failed: true });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const text = `Error: Task timed out after ${this.seconds.toFixed(2)} seconds`;
        this.write(`${request.requestId} ${text.slice('Error: '.length)}\n`);
        this.fail('Sandbox.Timedout', text);
        signalChild(this.child, 'SIGKILL');
      }, this.seconds * 1000);
      this.waiting = {
        request,
        resolve: (result) => {
          clearTimeout(timer);
          this.waiting = undefined;
          resolve(result);
        },
      };
      const now = Date.now();
      this.connection?.send({
        id: request.requestId,
        event: request.event,
        functionArn: request.functionArn,
        clientContext: request.clientContext,
        deadline: now + this.seconds * 1000,
        clockOffset,
        traceId: `Root=1-${Math.floor(now / 1000).toString(16)}-${request.requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
      });
    });
  }

  private answered({ id, response, error, fatal }: Readonly<Record<string, unknown>>): void {
    if (this.waiting === undefined || this.waiting.request.requestId !== id) return;
    const payload = error === undefined ? String(response) : JSON.stringify(error);
    if (fatal) this.broken ??= payload; // it is about to end
    if (error !== undefined || Buffer.byteLength(payload) <= MAX_RESPONSE) {
      this.waiting.resolve({ payload, failed: error !== undefined });
      return;
    }
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE} bytes).`;
    this.waiting.resolve({
      payload: JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }),
      failed: true,
    });
  }

  /** The process is of no more use: what waits for it gets the reason. */
  private fail(errorType: string, text: string): void {
    const request = this.waiting?.request.requestId;
    const payload = JSON.stringify({ errorType, errorMessage: request ? `RequestId: ${request} ${text}` : text });
    this.broken ??= payload;
    this.waiting?.resolve({ payload, failed: true });
  }

  private write(text: string): void {
    this.tail = `${this.tail}${text}`.slice(-4 * TAIL);
    if (!this.closed) fs.writeSync(this.log, text);
  }
}

/** What the process printed before it answered lies in its pipes: two turns of the event loop read them. */
async function lastWords(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

let python: ReturnType<typeof findPython> | undefined;

/** Node.js is the one that runs Lakewright; its heap takes the function's memory. Python has no such limit. */
async function commandOf(language: Language, memory: number): Promise<readonly [string, string[]]> {
  if (language === 'node') {
    return [process.execPath, [`--max-old-space-size=${memory}`, path.join(RUNTIMES, 'node.cjs')]];
  }
  python ??= findPython(ANY_PYTHON);
  // One that is installed meanwhile is found.
  python.catch(() => {
    python = undefined;
  });
  return [(await python).path, [path.join(RUNTIMES, 'python.py')]];
}
