import { LakewrightError } from '../../../../host/host';

/**
 * A place in the binlog, written `mariadb-bin.000003:4711`, as DMS does, or `mariadb-bin.000003:4711@1763800000` with the
 * second in which the file was begun: another server, or one that was set up anew, has files of the same names.
 */
export interface BinlogPosition {
  readonly file: string;
  readonly offset: number;
  /** Seconds since 1970. */
  readonly created?: number;
}

export function parsePosition(text: string): BinlogPosition {
  const match = /^(.+\.\d+):(\d+)(?:@(\d+))?$/.exec(text);
  if (match?.[1] === undefined) {
    throw new LakewrightError(
      'LW_DMS_POSITION',
      `position "${text}" → a position of a binlog is file:offset, as SHOW MASTER STATUS says: mysql-bin.000024:373 → correct it`,
    );
  }
  const offset = Number(match[2]);
  if (offset > MOST) throw tooLarge(match[1]);
  return {
    file: match[1],
    offset,
    ...(match[3] !== undefined && { created: Number(match[3]) }),
  };
}

export const positionText = ({ file, offset, created }: BinlogPosition): string =>
  `${file}:${offset}${created === undefined ? '' : `@${created}`}`;

/** Offsets of the binlog's protocol have 32 bits: a larger file can be written, by one huge transaction, but not read. */
const MOST = 2 ** 32 - 1;

export const tooLarge = (file: string) =>
  new LakewrightError(
    'LW_DMS_BINLOG_TOO_LARGE',
    `the binlog file ${file} has more than 4 GiB → positions after that can't be asked for → write smaller transactions, FLUSH BINARY LOGS, and load the tables anew: start the replication with reload-target`,
  );

/** Less than zero where `a` is before `b`. */
export function comparePositions(a: BinlogPosition, b: BinlogPosition): number {
  return fileNumber(a) - fileNumber(b) || a.offset - b.offset;
}

const fileNumber = ({ file }: BinlogPosition): number => Number(file.slice(file.lastIndexOf('.') + 1));
