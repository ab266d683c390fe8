import type { Host, Message, Question } from './host';

/** Where a host writes: `result`s go to standard output, everything else to standard error. */
export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean };
}

/** Plain lines: for CI, pipes and logs. */
export class PlainHost implements Host {
  public constructor(
    protected readonly streams: Streams,
    private readonly verbose: boolean,
  ) {}

  public notify(message: Message): void {
    if (message.level === 'debug' && !this.verbose) return;
    if (message.level === 'result') this.streams.out.write(`${message.text}\n`);
    else this.streams.err.write(`${prefix(message)}${message.text}\n`);
  }

  public async confirm(question: Question): Promise<boolean> {
    this.streams.err.write(`${question.text} (not asked: no terminal; taken as ${question.fallback ? 'yes' : 'no'})\n`);
    return question.fallback;
  }
}

/** One JSON object a line on standard output: `{code, level, text, data}`. */
export class JsonHost implements Host {
  public constructor(
    private readonly streams: Streams,
    private readonly verbose: boolean,
  ) {}

  public notify(message: Message): void {
    if (message.level === 'debug' && !this.verbose) return;
    this.streams.out.write(`${JSON.stringify(message)}\n`);
  }

  public async confirm(question: Question): Promise<boolean> {
    return question.fallback;
  }
}

/** A person at a terminal: long work shows that it moves, questions are asked. */
export class TerminalHost extends PlainHost {
  private busy = false;

  public override notify(message: Message): void {
    if (message.code.endsWith('_PROGRESS')) {
      this.streams.err.write(`\r\x1b[2K${message.text}`);
      this.busy = true;
      return;
    }
    if (this.busy) {
      this.streams.err.write('\r\x1b[2K');
      this.busy = false;
    }
    super.notify(message);
  }

  public override async confirm(question: Question): Promise<boolean> {
    const { confirm, isCancel } = await import('@clack/prompts');
    const answer = await confirm({ message: question.text, initialValue: question.fallback });
    return isCancel(answer) ? false : answer;
  }
}

function prefix(message: Message): string {
  if (message.level === 'error') return `error ${message.code}: `;
  if (message.level === 'warning') return `warning ${message.code}: `;
  return '';
}
