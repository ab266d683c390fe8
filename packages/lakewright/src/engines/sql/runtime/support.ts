/**
 * What the emitted SQL may call beside DuckDB's own functions: macros in SQL, and scalar functions in JavaScript.
 * All names begin with `lw_`.
 */
export interface SupportFunctions {
  /** `name(a, b) AS expression`. A macro is substituted: an operand that it names twice is evaluated twice. */
  readonly macros: readonly string[];
  readonly scalars: readonly ScalarFunction[];
}

/** DuckDB type of a result, and its form in JavaScript: string, bigint, number, number, bytes, boolean. */
export type ResultType = 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'FLOAT' | 'BLOB' | 'BOOLEAN';

/** DuckDB type of a parameter; a list is an array. No NULL may be in one but a list of bigints. */
export type ScalarType = ResultType | 'DOUBLE[]' | 'BIGINT[]' | 'VARCHAR[]' | 'BLOB[]';

// biome-ignore lint/suspicious/noExplicitAny: each function's own parameters are checked by `scalar`
type Implementation = (...args: any[]) => ScalarValue;

export type ScalarValue = string | bigint | number | boolean | Uint8Array | null;

export interface ScalarFunction {
  readonly name: string;
  readonly parameters: readonly ScalarType[];
  readonly result: ResultType;
  /** `strict`: isn't called when an argument is NULL, the result is NULL. `own`: gets the nulls. */
  readonly nulls: 'strict' | 'own';
  /** Throws {@link ScalarFailure} for what Trino refuses. Pure: the same arguments give the same result. */
  readonly run: Implementation;
}

interface JavaScriptTypes {
  readonly VARCHAR: string;
  readonly BIGINT: bigint;
  readonly DOUBLE: number;
  readonly FLOAT: number;
  readonly BLOB: Uint8Array;
  readonly BOOLEAN: boolean;
  readonly 'DOUBLE[]': readonly number[];
  readonly 'BIGINT[]': readonly (bigint | null)[];
  readonly 'VARCHAR[]': readonly string[];
  readonly 'BLOB[]': readonly Uint8Array[];
}
type Arguments<P extends readonly ScalarType[]> = { [K in keyof P]: JavaScriptTypes[P[K]] };

/** A scalar function that is NULL when an argument is. */
export function scalar<const P extends readonly ScalarType[], R extends ResultType>(
  name: string,
  parameters: P,
  result: R,
  run: (...args: Arguments<P>) => JavaScriptTypes[R] | null,
): ScalarFunction {
  return { name, parameters, result, nulls: 'strict', run: run as Implementation };
}

/** A scalar function that is called with nulls, too. */
export function nullableScalar<const P extends readonly ScalarType[], R extends ResultType>(
  name: string,
  parameters: P,
  result: R,
  run: (...args: { [K in keyof Arguments<P>]: Arguments<P>[K] | null }) => JavaScriptTypes[R] | null,
): ScalarFunction {
  return { name, parameters, result, nulls: 'own', run: run as Implementation };
}

/** A row that Trino refuses: its error name travels through DuckDB in the message. */
export class ScalarFailure extends Error {
  constructor(errorName: string, message: string) {
    super(`LW:${errorName}: ${message}`);
  }
}

/** Raises Trino's INVALID_FUNCTION_ARGUMENT. */
export function invalidArgument(message: string): never {
  throw new ScalarFailure('INVALID_FUNCTION_ARGUMENT', message);
}

/** Raises NOT_COVERED: Trino has an answer to this, but this engine isn't sure of it. */
export function notCovered(what: string): never {
  throw new ScalarFailure('NOT_COVERED', `not covered by the local SQL engine: ${what}`);
}

/** A cache of what's parsed from an argument (a pattern, a path, a format), for the statements' literals. */
export class ParseCache<T> {
  private readonly entries = new Map<string, T>();

  constructor(
    private readonly parse: (text: string) => T,
    private readonly limit = 500,
  ) {}

  public get(text: string): T {
    const known = this.entries.get(text);
    if (known !== undefined) return known;
    const parsed = this.parse(text);
    // The oldest goes: a column of patterns must not fill the memory.
    if (this.entries.size >= this.limit) this.entries.delete(this.entries.keys().next().value as string);
    this.entries.set(text, parsed);
    return parsed;
  }
}
