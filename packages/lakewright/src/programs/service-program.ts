import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LakewrightError } from '../host/host';
import type { ProgramConfig } from '../workspace/config';
import { type EndTimes, endChild, startChild } from './child';

/** Starting a database from nothing takes seconds; a minute is for slow machines. */
const READY_SECONDS = 60;
/** A program that heeds the end of its input has this long to end in order; then SIGTERM, then SIGKILL. */
const END: EndTimes = { inputMs: 3_000, termMs: 7_000 };
const LAST_LINES = 15;

/** Where a service's program runs and what it leaves. */
export interface ProgramPlaces {
  /** The configuration's folder. */
  readonly directory: string;
  /** A folder of the program's own, which stays from run to run. */
  readonly folder: string;
  readonly log: string;
}

/**
 * One program of `services`: started, watched and ended. It is ready when it prints a line `{"url": "…"}`; its other
 * output goes to the log, which is begun anew with each start.
 */
export class ServiceProgram {
  private child?: ChildProcess;
  private log?: number;
  private readonly lastLines: string[] = [];
  private ended?: string;
  private readyUrl?: string;

  public constructor(
    private readonly name: string,
    private readonly config: ProgramConfig,
    private readonly places: ProgramPlaces,
    private readonly times: EndTimes = END,
  ) {}

  /** The URL, while the program runs. */
  public get url(): string | undefined {
    return this.ended === undefined ? this.readyUrl : undefined;
  }

  /** @throws LakewrightError LW_SERVICE_NOT_READY, LW_SERVICE_ENDED, with the log's last lines */
  public async start(): Promise<string> {
    if (this.ended !== undefined) throw this.endedError();
    if (this.readyUrl !== undefined) return this.readyUrl;
    fs.mkdirSync(this.places.folder, { recursive: true });
    fs.mkdirSync(path.dirname(this.places.log), { recursive: true });
    // URLs and messages of a program may carry passwords of its own.
    this.log = fs.openSync(this.places.log, 'w', 0o600);
    const child = startChild(this.config.command, {
      cwd: this.places.directory,
      env: { LAKEWRIGHT_SERVICE_FOLDER: this.places.folder },
    });
    this.child = child;
    this.readyUrl = await this.ready(child);
    return this.readyUrl;
  }

  /** Ends the program; what it had started ends with it. */
  public async stop(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child) await endChild(child, this.times);
    if (this.log !== undefined) fs.closeSync(this.log);
    this.log = undefined;
  }

  private ready(child: ChildProcess): Promise<string> {
    const seconds = this.config.timeoutSeconds ?? READY_SECONDS;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const fail = (what: string) => {
        clearTimeout(timer);
        reject(this.error('LW_SERVICE_NOT_READY', what));
      };
      timer = setTimeout(() => fail(`printed no line {"url": …} within ${seconds} s`), seconds * 1000);
      child.once('error', (error) => {
        this.ended = `can't be started: ${error.message}`;
        fail(this.ended);
      });
      // `close`, not `exit`: its last words have been read then.
      child.once('close', (code, signal) => {
        this.ended = `ended with ${code === null ? `signal ${signal}` : `exit code ${code}`}`;
        fail(`${this.ended} before it was ready`);
      });
      if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.write(line));
      if (!child.stdout) return;
      let found = false;
      createInterface({ input: child.stdout }).on('line', (line) => {
        const url = found ? undefined : urlOf(line);
        if (url === undefined) {
          this.write(line);
          return;
        }
        found = true;
        clearTimeout(timer);
        resolve(url);
      });
    });
  }

  private write(line: string): void {
    this.lastLines.push(line);
    if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
    if (this.log !== undefined) fs.writeSync(this.log, `${line}\n`);
  }

  private endedError(): LakewrightError {
    return this.error('LW_SERVICE_ENDED', `${this.ended} while the lake needed it`);
  }

  private error(code: string, what: string): LakewrightError {
    const said = this.lastLines.length === 0 ? 'it printed nothing' : `its last lines: ${this.lastLines.join(' | ')}`;
    return new LakewrightError(
      code,
      `services.${this.name} (${this.config.command.join(' ')}) ${what} → a service prints one line {"url": "…"} when it is ready, and runs until its input ends → see ${this.places.log}; ${said}`,
    );
  }
}

function urlOf(line: string): string | undefined {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    const { url } = JSON.parse(line);
    return typeof url === 'string' && URL.canParse(url) ? url : undefined;
  } catch {
    return undefined;
  }
}
