/** `lakewright.config.json`, beside `cdk.json`. Unknown keys are refused (schemas/config.schema.json). */
export interface LakeConfig {
  /** Bucket outside of the template → folder (absolute after loading), mounted read-only. */
  readonly buckets: Readonly<Record<string, string>>;
  /** Secret (name or ARN) → local database URL, from the environment: `env:NAME`. */
  readonly connections: Readonly<Record<string, string>>;
  /** URL prefix → local URL. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** AppFlow connector → folder of fixtures. */
  readonly fixtures: Readonly<Record<string, string>>;
  /** What `run` starts itself. */
  readonly services: Readonly<Record<string, unknown>>;
  /** How Athena SQL is answered. */
  readonly sql: {
    /** Take answers of approx_percentile and the like that may differ from Athena's, marked as such; refused otherwise. */
    readonly acceptApproximation: boolean;
  };
  /** ISO time at which the lake's clock starts; undefined = the machine's. */
  readonly clock?: string;
  /** Persona checks of a run. */
  readonly checks: readonly { readonly name: string; readonly query: string; readonly as: readonly string[] }[];
}

export const EMPTY_CONFIG: LakeConfig = {
  buckets: {},
  connections: {},
  endpoints: {},
  fixtures: {},
  services: {},
  sql: { acceptApproximation: false },
  checks: [],
};
