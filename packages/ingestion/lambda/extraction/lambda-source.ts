import type { LambdaConfiguration } from '../../src/private/extraction-configuration';
import { ExtractionFailed, ExtractionRefused } from './failure';
import { beginning } from './http';
import { canonical, parseJson } from './json';
import type { RecordSource, SourceInterval } from './record-source';

/** Answer of a function that was invoked. */
export interface Invocation {
  readonly payload: string;
  /** `Handled` or `Unhandled`, if it failed. */
  readonly error?: string;
}

/** Records that a function of the user's own gets. */
export class LambdaSource implements RecordSource {
  public requests = 0;

  public constructor(
    private readonly config: LambdaConfiguration,
    private readonly invoke: (functionArn: string, payload: string) => Promise<Invocation>,
    private readonly sleep: (millis: number) => Promise<void>,
  ) {}

  public async *read({ from, to }: SourceInterval): AsyncGenerator<readonly unknown[]> {
    const interval = {
      from: from === undefined ? null : new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    };
    let cursor: unknown = null;
    for (;;) {
      const payload = await this.page(JSON.stringify({ ...interval, cursor }));
      const { records, cursor: next } = this.parse(payload);
      yield records;
      if (next === undefined || next === null) return;
      if (canonical(next) === canonical(cursor)) {
        throw this.refuse(
          'PaginationLoop',
          'gave the cursor back that it was given',
          'another cursor, or none at the end',
        );
      }
      cursor = next;
    }
  }

  private async page(payload: string): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      this.requests += 1;
      const answer = await this.invoke(this.config.functionArn, payload);
      if (answer.error === undefined) return answer.payload;
      if (attempt >= this.config.maxAttempts) {
        throw new ExtractionFailed(
          'SourceFunctionFailed',
          `${this.config.functionArn} failed ${attempt} times: ${beginning(answer.payload, [])}`,
          'an answer {"records": [...], "cursor": ...}',
          'see the log of that function',
        );
      }
      await this.sleep(1000 * 2 ** (attempt - 1));
    }
  }

  private parse(payload: string): { records: unknown[]; cursor?: unknown } {
    let answer: unknown;
    try {
      answer = parseJson(payload);
    } catch {
      throw this.refuse('MalformedJson', `answered ${beginning(payload, [])}`, 'JSON');
    }
    const { records, cursor } = (answer ?? {}) as { records?: unknown; cursor?: unknown };
    if (Array.isArray(records)) return { records, cursor };
    const fields = typeof answer === 'object' && answer !== null ? Object.keys(answer) : [];
    const found =
      fields.length > 0 ? `with the fields ${fields.map((name) => `"${name}"`).join(', ')}` : payload.slice(0, 80);
    throw this.refuse('RecordsMissing', `answered ${found}`, 'a list "records", empty if nothing changed');
  }

  private refuse(code: string, found: string, wanted: string): ExtractionRefused {
    const { functionArn } = this.config;
    return new ExtractionRefused(
      code,
      `${functionArn} ${found}`,
      wanted,
      'answer as the contract of LambdaExtraction says',
    );
  }
}
