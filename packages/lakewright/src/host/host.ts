/** Where a message matters: `result` is what the user asked for, `error` ends the action. */
export type MessageLevel = 'debug' | 'info' | 'warning' | 'error' | 'result';

/** One thing that happened, as data. Terminal, plain and JSON hosts render it. */
export interface Message<Data = unknown> {
  /** `LW_RUN_TASK_DONE`: stable, listed in host/messages.ts. */
  readonly code: string;
  readonly level: MessageLevel;
  /** One line for people. */
  readonly text: string;
  readonly data?: Data;
}

/** A yes/no question; `fallback` is the answer where nobody can be asked (CI, pipes). */
export interface Question {
  readonly code: string;
  readonly text: string;
  readonly fallback: boolean;
}

/** All output goes through a host: library code never writes to the console. */
export interface Host {
  notify(message: Message): void;
  confirm(question: Question): Promise<boolean>;
}

/** Keeps messages for tests and for programs that embed the lake. */
export class MemoryHost implements Host {
  public readonly messages: Message[] = [];

  public constructor(private readonly answer = false) {}

  public notify(message: Message): void {
    this.messages.push(message);
  }

  public async confirm(): Promise<boolean> {
    return this.answer;
  }
}

/**
 * An expected failure that a user can act on: exit code 1 (the lake failed), 2 (usage) or 3 (unsupported, `--strict`).
 *
 * The message says: what was given → what is allowed → what to do.
 */
export class LakewrightError extends Error {
  constructor(
    public readonly code: string,
    message: string,
    public readonly exitCode: 1 | 2 | 3 = 1,
    public readonly data?: unknown,
  ) {
    super(message);
  }
}
