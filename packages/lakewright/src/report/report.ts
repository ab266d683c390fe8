import type { ResourcesByClass } from '../actions/plan/plan';
import type { ToolNeed } from '../host/missing-tool';

/** The form of report.json: schemas/report.schema.json says the same for programs. null = not measured. */
export interface RunReport {
  readonly schemaVersion: '1.0';
  /** Sorts by time. */
  readonly id: string;
  readonly state: RunState;
  readonly error: string | null;
  /** ISO times of the machine's clock. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly seconds: number;
  readonly source: string;
  readonly resources: ResourcesByClass;
  readonly tasks: readonly TaskReport[];
  readonly tables: readonly TableReport[];
  readonly personas: readonly PersonaReport[];
  /** What this machine lacks, and which tasks were left out for it. Such a run has not failed. */
  readonly leftOut: readonly LeftOutReport[];
}

export interface LeftOutReport {
  readonly tool: ToolNeed['tool'];
  /** `Python 3.10 or 3.11` */
  readonly missing: string;
  /** `<pipeline>: <task>`; what follows them isn't among them. */
  readonly tasks: readonly string[];
  /** What to type or set on this machine. */
  readonly get: readonly string[];
}

export type RunState = 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLED';

export interface TaskReport {
  /** The state's name. */
  readonly name: string;
  /** The state machine's construct path. */
  readonly pipeline?: string;
  /** The state's type, or a Task's integration (`athena:startQueryExecution.sync`). */
  readonly type: string;
  readonly state: RunState;
  readonly seconds: number | null;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly filesIn: number | null;
  /** Rows that were put aside since they don't fit. */
  readonly rowsQuarantined?: number;
  /** The Map's item or the Parallel state's branch that it is in, from 0. */
  readonly iteration?: number;
  readonly error?: string | null;
  /** Why it was skipped. */
  readonly reason?: string;
  /** What this machine lacks for it; undefined where it only follows such a task. */
  readonly missing?: ToolNeed;
  /** Iterations of a Map, branches of a Parallel state. */
  readonly items?: readonly TaskReport[];
}

export interface TableReport {
  readonly database: string;
  readonly name: string;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly producedBy: { readonly type: string; readonly task: string } | null;
}

export interface PersonaReport {
  /** The check's name in lakewright.config.json. */
  readonly check: string;
  /** The persona, `local-admin` where the check names none. */
  readonly name: string;
  readonly query: string;
  /** skipped: what it asks for was to be made by tasks that were left out. */
  readonly outcome: 'succeeded' | 'refused' | 'failed' | 'skipped';
  readonly reason?: string | null;
  readonly columns: readonly string[] | null;
  /** How many rows the query answered. */
  readonly rows: number | null;
  /** The first rows, as Athena prints them. */
  readonly sample?: readonly (readonly (string | null)[])[];
  /** What the check's `expected` program answered. */
  readonly expected?: ExpectationReport;
}

export interface ExpectationReport {
  readonly command: readonly string[];
  /** `failed`: the program gave no rows. */
  readonly outcome: 'equal' | 'different' | 'failed';
  readonly reason?: string;
  readonly rows: number | null;
  readonly seconds?: number;
  /** The first rows, as the program gave them. */
  readonly sample?: readonly (readonly (string | null)[])[];
  /** The first differing rows. */
  readonly differences?: readonly RowDifference[];
}

export interface RowDifference {
  /** 1 = the first row. */
  readonly row: number;
  /** null = no such row. */
  readonly answer: readonly (string | null)[] | null;
  readonly expected: readonly (string | null)[] | null;
}
