import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { concat, literal } from './private/jsonata';
import { refuse } from './private/refuse';
import type { SqlParameter } from './sql-parameter';

/** What a statement's `{{names}}` stand for. */
export interface AthenaSqlOptions {
  /**
   * Name → value. `{{table}}` is what the transformation makes, and can't be given.
   * @default the text has no parameters but `{{table}}`
   */
  readonly parameters?: { readonly [name: string]: SqlParameter };
}

/** A statement in Athena's SQL, with `{{parameters}}`. */
export class AthenaSql {
  /**
   * A file.
   *
   * @param path of a text file, read at synthesis
   * @param options the parameters
   * @throws `SqlFileMissing`, `UnknownSqlParameter`, `UnusedSqlParameter`, `SqlTooLong`, `ReservedSqlParameter`
   */
  public static fromFile(path: string, options: AthenaSqlOptions = {}): AthenaSql {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return refuse(
        'SqlFileMissing',
        `file "${path}"`,
        'a text file that can be read',
        'write the path from where it is',
      );
    }
    return new AthenaSql(text, basename(path), options.parameters ?? {});
  }

  /**
   * A text.
   *
   * @param text one statement
   * @param options the parameters
   * @throws `UnknownSqlParameter`, `UnusedSqlParameter`, `SqlTooLong`, `ReservedSqlParameter`
   */
  public static fromText(text: string, options: AthenaSqlOptions = {}): AthenaSql {
    return new AthenaSql(text, 'the text', options.parameters ?? {});
  }

  /** @internal */
  public readonly _text: string;

  private constructor(
    text: string,
    private readonly origin: string,
    private readonly parameters: { readonly [name: string]: SqlParameter },
  ) {
    this._text = text.trim().replace(/;$/, '').trimEnd();
    this.check();
  }

  /** @internal Whether it is a query, so that `CREATE TABLE … AS` may stand before it. */
  public get _isQuery(): boolean {
    if (Token.isUnresolved(this._text)) return true;
    return /^(?:(?:--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)\s*)*\(*\s*(select|with|values|table)\b/i.test(this._text);
  }

  /** @internal Its parameters' values. */
  public get _values(): SqlParameter[] {
    return Object.values(this.parameters);
  }

  /**
   * @internal Its JSONata.
   *
   * @param table what `{{table}}` stands for, as JSONata
   */
  public _expression(table: string): string {
    const parts = this._text.split(PARAMETER).map((part, index) => {
      if (index % 2 === 0) return literal(part);
      return part === TABLE ? table : (this.parameters[part] as SqlParameter)._expression;
    });
    return concat(parts);
  }

  private check(): void {
    const names = [...this._text.matchAll(PARAMETER)];
    if (TABLE in this.parameters) {
      refuse('ReservedSqlParameter', `parameter "${TABLE}"`, 'it is the table that is made', 'give another name');
    }
    const known = Object.keys(this.parameters);
    for (const { 1: name = '', index } of names) {
      if (name === TABLE || known.includes(name)) continue;
      const line = this._text.slice(0, index).split('\n').length;
      refuse(
        'UnknownSqlParameter',
        `"{{${name}}}" in line ${line} of ${this.origin}`,
        `the parameters are ${[TABLE, ...known].join(', ')}`,
        `add "${name}" to "parameters"`,
      );
    }
    const unused = known.find((name) => !names.some((match) => match[1] === name));
    if (unused !== undefined) {
      refuse('UnusedSqlParameter', `parameter "${unused}"`, `${this.origin} has no "{{${unused}}}"`, 'take it out');
    }
    const bytes = Buffer.byteLength(this._text);
    if (bytes > MAX_BYTES) {
      refuse('SqlTooLong', `${bytes} bytes in ${this.origin}`, `Athena takes ${MAX_BYTES}`, 'split it, or use a view');
    }
  }
}

const PARAMETER = /\{\{\s*(\w+)\s*\}\}/g;
const TABLE = 'table';
/** https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const MAX_BYTES = 262_144;
