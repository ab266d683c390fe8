/**
 * What the console's page and its server say to each other: the only file that both are built from. Times are ISO texts,
 * durations seconds, sizes bytes; null = not known or not measured.
 */

/** Below this path on the port of `lakewright serve`. No bucket can be called so. */
export const CONSOLE_PATH = '/_console/';
/** The header that every POST carries, with the token of the page. */
export const TOKEN_HEADER = 'x-lakewright-token';

/** What stands for something's state, each with a shape and a word of its own. */
export type State = 'ok' | 'run' | 'fail' | 'wait' | 'stale' | 'skip';

// ── Answers ─────────────────────────────────────────────────────────────────

/** `GET api/lake` */
export interface LakeModel {
  /** The stack, or the stacks. */
  readonly name: string;
  readonly zones: readonly ZoneModel[];
  readonly nodes: readonly NodeModel[];
  readonly edges: readonly EdgeModel[];
  /** The newest run of each pipeline. */
  readonly pipelines: readonly PipelineModel[];
  readonly notices: readonly NoticeModel[];
  readonly personas: readonly PersonaModel[];
  /** Why nothing can be shown; the lake is empty then. */
  readonly problem?: ProblemModel;
}

/** A column of the map. */
export interface ZoneModel {
  readonly id: string;
  readonly title: string;
  /** One or two words: `outside the lake`, `Parquet`. */
  readonly hint: string;
}

export interface NodeModel {
  /** `database.table`, `source:<construct path>`, `dashboard:<name>`. Unique. */
  readonly id: string;
  readonly kind: 'source' | 'table' | 'view' | 'dashboard';
  readonly label: string;
  /** `ZoneModel.id` */
  readonly zone: string;
  readonly state: State;
  /** Why it is in that state, where the word alone doesn't say it. */
  readonly reason?: string;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly bytes: number | null;
  /** `Parquet`, `Iceberg`, `PostgreSQL · DMS` */
  readonly format: string;
  /** What stands for rows where there are none to count: `8 charts`, `2 tables`. */
  readonly holds?: string;
  /** When the data was written last. */
  readonly updated: string | null;
  /** The task that writes it, as in a run's graph. */
  readonly task?: TaskReference;
}

export interface EdgeModel {
  readonly from: string;
  readonly to: string;
  readonly rows: number | null;
}

/** A task of a pipeline, in its newest run. */
export interface TaskReference {
  readonly pipeline: string;
  readonly run: number | null;
  readonly task: string;
}

export interface PipelineModel {
  /** The construct path: what start is asked with. */
  readonly id: string;
  readonly name: string;
  /** `daily 03:00`, `cron(0 3 * * ? *)`; undefined = nobody starts it. */
  readonly schedule?: string;
  readonly last: RunModel | null;
}

export interface NoticeModel {
  readonly title: string;
  readonly text: string;
  readonly run: TaskReference;
  /** A table whose former data stays in use. */
  readonly keeps: { readonly table: string; readonly updated: string | null } | null;
  /** A redrive goes on with it. */
  readonly canRetry: boolean;
}

export interface PersonaModel {
  /** What `query --as` takes. */
  readonly name: string;
  readonly kind: 'role' | 'user' | 'admin';
  readonly arn: string;
  /** The workgroup of its queries; null where it may use none. */
  readonly workgroup: string | null;
  /** Bytes that a query may read there. */
  readonly limit: number | null;
}

export interface ProblemModel {
  readonly title: string;
  readonly text: string;
  /** The command that helps. */
  readonly command?: string;
}

/** `GET api/runs`: all runs of all pipelines, the newest first. */
export interface RunList {
  readonly pipelines: readonly PipelineModel[];
  readonly runs: readonly RunModel[];
}

export interface RunModel {
  /** `PipelineModel.id` */
  readonly pipeline: string;
  /** 1 = the pipeline's first. */
  readonly number: number;
  readonly executionArn: string;
  readonly state: 'run' | 'ok' | 'fail' | 'skip';
  readonly started: string;
  /** Real ones; null for runs of releases that kept no journal. */
  readonly seconds: number | null;
  /** `redrive 2`, `from load`; empty otherwise. */
  readonly note: string;
  readonly error: string | null;
  readonly counts: Readonly<Record<State, number>>;
  readonly canRedrive: boolean;
}

/** `GET api/runs/<pipeline>/<number>` */
export interface RunGraph {
  readonly run: RunModel;
  readonly stages: readonly StageModel[];
  readonly tasks: readonly TaskModel[];
  /** Task ids. */
  readonly edges: readonly (readonly [string, string])[];
  /** Seconds from the first to the last moment: the scale of the tasks' bars. */
  readonly span: number;
}

export interface StageModel {
  readonly title: string;
  readonly hint: string;
}

export interface TaskModel {
  /** The state's name: unique in the run. */
  readonly id: string;
  readonly label: string;
  readonly stage: number;
  readonly row: number;
  readonly state: State;
  /** After the run's beginning; null = it hasn't run. */
  readonly at: number | null;
  readonly seconds: number | null;
  /** `3,000,000 rows`, the error's name … */
  readonly note: string;
  readonly rows: number | null;
}

/** `GET api/runs/<pipeline>/<number>/<task>` */
export interface TaskDetail {
  readonly task: TaskModel;
  /** `athena:startQueryExecution.sync`, `glue:startJobRun.sync` … */
  readonly type: string;
  readonly attempts: number;
  /** The role's name; null where the state machine's own is used. */
  readonly role: string | null;
  /** The construct that does the work. */
  readonly construct: string | null;
  readonly error: { readonly name: string; readonly cause: string } | null;
  readonly reads: readonly InOut[];
  readonly writes: readonly InOut[];
  readonly log: readonly LogLine[];
}

export interface InOut {
  /** A table's id, or text that names a thing outside of the catalog. */
  readonly name: string;
  readonly isTable: boolean;
  readonly rows: number | null;
}

export interface LogLine {
  /** `03:00:00.004`, or empty. */
  readonly time: string;
  readonly level: 'INFO' | 'WARN' | 'ERROR';
  readonly text: string;
}

/** `GET api/tables/<database>/<table>` */
export interface TableDetail {
  readonly node: NodeModel;
  readonly location: string | null;
  readonly columns: readonly ColumnModel[];
  readonly partitionKeys: readonly string[];
  readonly partitions: readonly PartitionModel[];
  readonly files: readonly FileModel[];
  /** How many there are; `files` holds the first. */
  readonly fileCount: number;
  /** The view's SQL. */
  readonly sql?: string;
}

export interface ColumnModel {
  readonly name: string;
  readonly type: string;
  readonly comment?: string;
  readonly isPartition: boolean;
  /** Lake Formation tags: `pii=yes`. */
  readonly tags: readonly string[];
}

export interface PartitionModel {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

export interface FileModel {
  /** Below the table's location. */
  readonly name: string;
  readonly bytes: number;
  readonly modified: string;
}

/** `GET api/profile/<database>/<table>`: what the values are like. The owner's facts: no persona's filter is in them. */
export interface TableProfile {
  /** Columns of scalar types, where there is a row. */
  readonly columns: readonly ColumnProfile[];
  /** Rows of each, by `PartitionModel.name`; null = not partitioned, or not counted. */
  readonly partitions: readonly { readonly name: string; readonly rows: number }[] | null;
}

export interface ColumnProfile {
  readonly name: string;
  /** Share of the rows, from 0 to 1. */
  readonly nulls: number;
  /** Null = not counted. */
  readonly distinct: number | null;
  readonly isUnique: boolean;
  readonly least: string | null;
  readonly most: string | null;
  /** Rows of each value where those are few, of each of equal steps of a number; null = neither. */
  readonly shares: readonly { readonly value: string; readonly rows: number }[] | null;
}

/** `GET api/sample/<persona>/<database>/<table>`: some rows as the persona sees them; Athena's history keeps nothing of it. */
export interface TableSample {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** What the persona is answered instead. */
  readonly error: string | null;
}

/** `GET api/access`: what each persona sees of each table; `GET api/access/<persona>/<table>` one of them. */
export interface AccessModel {
  readonly personas: readonly PersonaModel[];
  readonly tables: readonly { readonly id: string; readonly columns: readonly string[] }[];
  readonly cells: readonly AccessCell[];
}

export interface AccessCell {
  readonly persona: string;
  readonly table: string;
  readonly kind: 'all' | 'part' | 'none';
  /** `full`, `some` rows, `hidden`: one a column, in the table's order. */
  readonly columns: readonly ColumnSight[];
  readonly writes: boolean;
}

export type ColumnSight = 'full' | 'some' | 'hidden';

/** `GET api/access/<persona>/<database>/<table>` */
export interface AccessReasons {
  readonly cell: AccessCell;
  /** Rows that the persona sees, counted in its name; null where it sees none or they can't be counted. */
  readonly rows: number | null;
  readonly total: number | null;
  readonly steps: readonly ReasonStep[];
  /** What a query is answered with. */
  readonly error: string | null;
}

export interface ReasonStep {
  readonly state: 'ok' | 'part' | 'deny' | 'off';
  readonly text: string;
  readonly note?: string;
  readonly source?: string;
}

/** `POST api/compare` */
export interface CompareStart {
  /** A `cdk.out` folder or a template below the app's folder, as a path from there. */
  readonly app: string;
}

/** Who gains and who loses what from that one to this one. */
export interface AccessComparison {
  readonly app: string;
  readonly changes: readonly AccessDifference[];
}

export interface AccessDifference {
  readonly persona: string;
  readonly table: string;
  /** `SELECT`, `column email`, `column country where country <> 'DE'`. */
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/** `GET api/coverage` */
export interface CoverageModel {
  readonly groups: readonly CoverageGroup[];
  /** What couldn't be read or resolved. */
  readonly problems: readonly string[];
}

export type Coverage = 'executed' | 'simulated' | 'recorded' | 'unsupported';

/** A construct with its resources. */
export interface CoverageGroup {
  readonly construct: string;
  readonly counts: Readonly<Record<Coverage, number>>;
  readonly resources: readonly CoverageResource[];
}

export interface CoverageResource {
  readonly path: string;
  readonly type: string;
  readonly coverage: Coverage;
  readonly note: string;
}

/** `POST api/queries` {@link QueryStart} → `GET api/queries/<id>` */
export interface QueryStart {
  readonly sql: string;
  /** `PersonaModel.name` */
  readonly persona: string;
  readonly database?: string;
}

export interface QueryModel {
  readonly id: string;
  readonly persona: string;
  readonly sql: string;
  /** `refused`: the persona may not; the text is Athena's. */
  readonly state: 'run' | 'ok' | 'fail' | 'refused' | 'cancelled';
  readonly error: string | null;
  /** Where the engine points to, from 1. */
  readonly position: { readonly line: number; readonly column: number } | null;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Of the result; null while it runs, and where there is none. */
  readonly rows: number | null;
  readonly seconds: number;
  /** Bytes read. */
  readonly scanned: number;
  readonly submitted: string;
}

/** `GET api/queries/<id>/rows?from=<row>`: at most {@link PAGE_ROWS}. */
export interface QueryRows {
  readonly from: number;
  readonly rows: readonly (readonly (string | null)[])[];
  /** There is no row after these. */
  readonly isLast: boolean;
}

export const PAGE_ROWS = 500;

/** `GET api/queries`: the newest first. */
export interface QueryHistoryModel {
  readonly queries: readonly QueryModel[];
}

/** `POST api/plan` {@link QueryStart} */
export interface QueryPlan {
  readonly reads: readonly string[];
  readonly files: number;
  readonly bytes: number;
  /** The engine's SQL; null where it is refused. */
  readonly sql: string | null;
  readonly error: string | null;
  /** What governance put below the query. */
  readonly filters: readonly { readonly table: string; readonly text: string }[];
}

/** `GET api/functions`: for the editor's completion. */
export interface FunctionList {
  readonly functions: readonly string[];
}

/** `POST api/runs/start` */
export interface RunStart {
  /** `PipelineModel.id` */
  readonly pipeline: string;
  /** Starts at this task, with what the newest run had that came there. */
  readonly from?: string;
}

/** `POST api/runs/redrive` and `POST api/runs/stop` */
export interface RunChoice {
  readonly pipeline: string;
  readonly number: number;
}

/** What `start`, `redrive` and `stop` answer. */
export interface RunAnswer {
  readonly run: RunModel;
}

/** The answer of a request that failed. */
export interface ErrorModel {
  readonly code: string;
  readonly message: string;
}

// ── Events: `GET api/events`, one JSON object each ──────────────────────────

export type LiveEvent =
  /** A run began, ended, or one of its tasks changed its state. */
  | { readonly kind: 'run'; readonly graph: RunGraph }
  /** `api/lake` and what belongs to it answer something else; `data`: also rows, files, the catalog. */
  | { readonly kind: 'lake'; readonly data: boolean };
