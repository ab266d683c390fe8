import { FIRST_SEQUENCE, type SequenceState } from '../output/change-sequence';

/** What a replication has done, as it is kept: everything that it needs to go on. */
export interface ReplicationState {
  /** The full load is at the target, or none was wanted. */
  readonly ready: boolean;
  /** Under which name the source keeps changes. It may be there before the load is done. */
  readonly capture?: string;
  /** Changes up to here are at the target, or in `pending`. */
  readonly position?: string;
  readonly sequence: SequenceState;
  /** Milliseconds that the name of the latest file of changes says: names only grow. */
  readonly fileTime: number;
  /** `schema.table` of the source → statistics. */
  readonly tables: Readonly<Record<string, TableStatistics>>;
  /** Files that belong to this state and may not be at the target yet: finished first of all. */
  readonly pending?: readonly PendingFile[];
  /** Epoch seconds by the lake's clock. */
  readonly loadStarted?: number;
  readonly loadFinished?: number;
}

export interface PendingFile {
  /** Name in the replication's folder. */
  readonly staged: string;
  readonly bucket: string;
  readonly key: string;
}

export interface TableStatistics {
  readonly fullLoadRows: number;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  readonly ddls: number;
  /** Epoch seconds. */
  readonly loadStarted?: number;
  readonly loadFinished?: number;
  readonly updated: number;
}

export const FIRST_STATE: ReplicationState = {
  ready: false,
  sequence: FIRST_SEQUENCE,
  fileTime: 0,
  tables: {},
};

export const NO_ROWS: TableStatistics = { fullLoadRows: 0, inserts: 0, updates: 0, deletes: 0, ddls: 0, updated: 0 };

/** How statistics name a table. */
export const tableId = ({ schema, name }: { readonly schema: string; readonly name: string }): string =>
  `${schema}.${name}`;
