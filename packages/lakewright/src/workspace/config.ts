/** `lakewright.config.json`, beside `cdk.json`. Unknown keys are refused (schemas/config.schema.json). */
export interface LakeConfig {
  /** Absolute path of the folder in which the file lies, or would lie. */
  readonly directory: string;
  /** Bucket outside of the template → folder (absolute after loading), mounted read-only. */
  readonly buckets: Readonly<Record<string, string>>;
  /** Secret (name, ARN or construct path) → a reference to a database URL: `env:NAME` or `service:NAME`. */
  readonly connections: Readonly<Record<string, string>>;
  /** URL prefix → the URL that stands for it here: `http://…` or `service:NAME`. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** AppFlow connector profile or type → folder (absolute after loading), `http://…` or `service:NAME`. */
  readonly fixtures: Readonly<Record<string, string>>;
  /** Programs that are started when something first asks for their URL. */
  readonly services: Readonly<Record<string, ProgramConfig>>;
  /** How Athena SQL is answered. */
  readonly sql: {
    /** Take answers of approx_percentile and the like that may differ from Athena's, marked as such; refused otherwise. */
    readonly acceptApproximation: boolean;
  };
  /** ISO time at which the lake's clock starts; undefined = the machine's. */
  readonly clock?: string;
  /** Queries that run after the pipelines. */
  readonly checks: readonly CheckConfig[];
}

/** A program with its arguments; it runs in the configuration's folder. */
export interface ProgramConfig {
  readonly command: readonly string[];
  /** How long it may take. */
  readonly timeoutSeconds?: number;
}

export interface CheckConfig {
  readonly name: string;
  readonly query: string;
  /** Personas (construct ids or names of roles and users), whose answers are shown side by side; local-admin if left out. */
  readonly as?: readonly string[];
  /**
   * Those of `as` that must be refused: an answer to one of them fails the run, as does the refusal of another. Without
   * it, who is refused is shown, and the run goes on.
   */
  readonly refused?: readonly string[];
  /** A program that works out the rows by other means. */
  readonly expected?: ProgramConfig;
}

export const EMPTY_CONFIG: LakeConfig = {
  directory: process.cwd(),
  buckets: {},
  connections: {},
  endpoints: {},
  fixtures: {},
  services: {},
  sql: { acceptApproximation: false },
  checks: [],
};
