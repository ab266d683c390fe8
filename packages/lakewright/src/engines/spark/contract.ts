import type { Caller, TaskMeasures } from '../../services/service';

/** Versions of AWS Glue whose Spark is run here: 5.0 is Spark 3.5.4, 5.1 is Spark 3.5.6. */
export type GlueVersion = '5.0' | '5.1';

/** The environment of Python that has it. */
export const environmentOf = (version: GlueVersion): string => `glue-${version}`;

/** One run of a Python script on Spark, as AWS Glue runs it. */
export interface SparkRun {
  /** Unique: names the run's log and its temporary folder. */
  readonly id: string;
  /** The job's name: what the application is called. @default the script's name */
  readonly name?: string;
  readonly glueVersion: GlueVersion;
  /** A Python shell job: no Spark is started for it. @default false */
  readonly plainPython?: boolean;
  /** A file of this machine. */
  readonly script: string;
  /** What stands behind the script in `sys.argv`: `--JOB_NAME`, `convert`, … */
  readonly args: readonly string[];
  /** `--extra-py-files`: zip and wheel files, modules and folders of this machine. */
  readonly pyFiles: readonly string[];
  /** `--extra-jars`. */
  readonly jars: readonly string[];
  /** `--extra-files`: copied to the working directory. @default none */
  readonly files?: readonly string[];
  /** `--additional-python-modules`: pip requirements, installed into a folder of their own and kept. */
  readonly modules: readonly string[];
  /** `--conf` and what other arguments mean for Spark. */
  readonly conf: Readonly<Record<string, string>>;
  /** Whose rights the run has: on objects, on the catalog, on every AWS API that it calls. */
  readonly caller: Caller;
  /** Further variables: `LAKEWRIGHT_BOOKMARK` … */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the run, with all that it started. */
  readonly signal: AbortSignal;
  /** Told each line of the script's output. */
  onOutput?(line: string): void;
}

export interface SparkOutcome {
  readonly state: 'SUCCEEDED' | 'FAILED' | 'STOPPED';
  /** As Glue says it in ErrorMessage: `IllegalArgumentException: …`. */
  readonly error?: string;
  /** What the script said in a line `LAKEWRIGHT_MEASURES {"rowsIn": 10, …}`; the last such line counts. */
  readonly measures?: TaskMeasures;
  readonly seconds: number;
}

/**
 * A warm JVM for each version, with a fresh Python process for each run.
 *
 * The process sees AWS_ENDPOINT_URL, AWS_REGION and keys whose access-key id names the caller (so boto3 works as on AWS),
 * our `awsglue` on its path, and `s3://` served from the lake's folders with the caller's rights.
 */
export interface SparkEngine {
  /** Never rejects for what the script did. @throws MissingTool; LakewrightError LW_ENVIRONMENT_… */
  run(run: SparkRun): Promise<SparkOutcome>;
  /** Starts the JVM ahead of its first use, if its environment is there. */
  warmUp(version: GlueVersion): void;
  stop(): Promise<void>;
}
