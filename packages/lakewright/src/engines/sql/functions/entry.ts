import type { TrinoType } from '../types/type';

/**
 * The allow-list's form. One entry = one Trino overload and the DuckDB expression that gives the same answer.
 *
 * A signature reads `name(type, type): type`. In patterns `T U K V R S` are type variables, `I` is any integer type
 * (the same one wherever it stands), `decimal(p,s)`, `varchar(n)`, `char(n)`, `timestamp(p)`,
 * `timestamp(p) with time zone`, `time(p)` bind their parameters, `(T)->U` is a lambda, `T...` repeats the last
 * argument (one or more), `*` is any type (`*...`: any number of arguments, each of any type).
 *
 * In templates `$1 $2 …` are the arguments after coercion to the parameter types, `@R` is the DuckDB type of the
 * result, `@1` of an argument, `$L2` a lambda in DuckDB's `lambda x: …` form; in aggregates `{…}` is the call that takes
 * DISTINCT, ORDER BY, FILTER and OVER, with `$D`, `$O`, `$N` where the first, second and IGNORE NULLS go;
 * `{… ? condition}` adds a condition to the FILTER.
 */
export interface FunctionArea {
  /** Trino's or Athena's documentation page of these functions. */
  readonly source: string;
  readonly scalar?: Readonly<Record<string, Behaviour>>;
  readonly aggregate?: Readonly<Record<string, Behaviour>>;
  readonly window?: Readonly<Record<string, Behaviour>>;
  /** Other names of the same function, all its overloads: `pow` → `power`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Names that Athena has and this engine doesn't: refused by name, never "function not found". */
  readonly notCovered?: readonly string[];
  /**
   * Names of which Trino has more overloads than are listed here: arguments that fit none are refused by name
   * instead of FUNCTION_NOT_FOUND.
   */
  readonly partial?: readonly string[];
}

/** A template, or a template with its contract. */
export type Behaviour = string | BehaviourSpec;

export interface BehaviourSpec {
  /** A template, or code for what a template can't say. Both see arguments that are coerced already. */
  readonly sql: string | ((call: CallText) => string);
  /** The result type where a pattern can't say it (`round(decimal)`): from the coerced argument types. */
  readonly type?: (call: CallTypes) => TrinoType;
  /** Raises Trino's error for arguments of these types or literals (a bad unit), or refuses them, before anything runs. */
  readonly validate?: (call: CallTypes) => void;
  /** Conditions over `$n` under which Trino fails, checked per row, only where no argument is NULL. */
  readonly errors?: readonly RuntimeError[];
  /** `strict` (default): NULL in any argument gives NULL. `own`: the template says. */
  readonly nulls?: 'strict' | 'own';
  /** `random()`, `uuid()`, `now()`…: never repeated in the text, never folded. Default true. */
  readonly deterministic?: boolean;
  /** Arguments (1-based) that must be literals; otherwise the call is refused by name. */
  readonly literals?: readonly number[];
  /** Type variables that must be orderable; otherwise there is no such overload. */
  readonly orderable?: readonly string[];
  /** Type variables that must be comparable (`=`); otherwise there is no such overload. */
  readonly comparable?: readonly string[];
  /** Says what is approximate, for the compatibility page. */
  readonly note?: string;
}

export interface RuntimeError {
  readonly when: string;
  readonly name: string;
  readonly message: string;
}

/** INVALID_FUNCTION_ARGUMENT for rows of which a condition holds; `$1` … are the arguments. */
export const invalid = (when: string, message: string): RuntimeError => ({
  when,
  name: 'INVALID_FUNCTION_ARGUMENT',
  message,
});

/** What is known of a call before its text is written. Arguments count from 0. */
export interface CallTypes {
  /** After coercion; a lambda's entry is its result type. */
  readonly types: readonly TrinoType[];
  /** Value of an argument that is a literal; undefined otherwise. */
  readonly literals: readonly (string | number | bigint | boolean | undefined)[];
}

/** `accepted`: an answer other than Trino's is, and `values` is what this process can hold. */
export interface SummaryLimit {
  readonly accepted: boolean;
  readonly values: number;
}

/** What a code behaviour writes its DuckDB expression from. */
/** Values that the body of a lambda reads from outside of it. */
export interface CapturedValues {
  /** DuckDB expressions, each once. */
  readonly values: readonly string[];
  /** The body with its parameters and those values replaced by these expressions. */
  body(parameters: readonly string[], values: readonly string[]): string;
}

export interface CallText extends CallTypes {
  /** DuckDB expressions; a lambda's entry is its `lambda x: …` form. An entry may be named several times: it's short. */
  readonly args: readonly string[];
  readonly result: TrinoType;
  /** The body of a lambda argument with its parameters replaced by these expressions (short ones: names, `e.key`). */
  lambda(argument: number, values: readonly string[]): string;
  /** What the body of a lambda argument reads from outside of it: columns, parameters of lambdas around it. */
  captured(argument: number): CapturedValues;
  /** Aggregates: the call with the statement's DISTINCT, ORDER BY, FILTER and OVER; `filter` is added to FILTER. */
  aggregate(call: string, filter?: string): string;
  /** Aggregates: `DISTINCT ` or ''. */
  readonly distinct: string;
  /** Aggregates: ` ORDER BY …` or ''. */
  readonly order: string;
  /** The DuckDB type that carries a Trino type. */
  physical(type: TrinoType): string;
  /** `CAST` by Trino's rules. */
  cast(sql: string, from: TrinoType, to: TrinoType): string;
  /** `=` by Trino's rules (NaN, NULL inside arrays and rows): a three-valued DuckDB condition. */
  equal(type: TrinoType, left: string, right: string): string;
  /** `<` by Trino's rules: fails where the order depends on a NULL inside an array or row. */
  less(type: TrinoType, left: string, right: string): string;
  /** A form whose DuckDB equality is Trino's identity (NULL is NULL, NaN is NaN, a zoned timestamp is its instant). */
  identity(type: TrinoType, value: string): string;
  /** Whether a NULL is somewhere inside a value that isn't NULL itself. */
  holdsNull(type: TrinoType, value: string): string;
  /** An expression of `type` that fails when it's evaluated. */
  fail(name: string, message: string, type: TrinoType): string;
  /**
   * How many values a summary may take whose answer depends on how Trino splits the work; notes that it's used. For up
   * to `few` values the split doesn't matter.
   */
  summaryLimit(name: string, few: number): SummaryLimit;
  /** Whether an argument (from 0) reads no column. */
  isConstant(argument: number): boolean;
  /** A name for a lambda parameter that no other expression of the statement uses. */
  fresh(prefix: string): string;
}
