import type { ApiShape } from '../../api-shape';
import { refuseTarget as refuse } from './refuse';

/** Folders of changes by the date of their commit, in UTC. */
export interface DateFolders {
  readonly parts: readonly DatePart[];
  /** Between the parts. */
  readonly delimiter: string;
}

type DatePart = 'year' | 'month' | 'day' | 'hour';

const SEQUENCES: Readonly<Record<string, readonly DatePart[]>> = {
  YYYYMMDD: ['year', 'month', 'day'],
  YYYYMMDDHH: ['year', 'month', 'day', 'hour'],
  YYYYMM: ['year', 'month'],
  MMYYYYDD: ['month', 'year', 'day'],
  DDMMYYYY: ['day', 'month', 'year'],
};

const DELIMITERS: Readonly<Record<string, string>> = { SLASH: '/', UNDERSCORE: '_', DASH: '-', NONE: '' };

/** `DatePartitionSequence` and its neighbours. @throws LakewrightError LW_DMS_TARGET */
export function readDateFolders(settings: ApiShape): DateFolders {
  const sequence = String(settings.DatePartitionSequence ?? 'YYYYMMDD').toUpperCase();
  const delimiter = String(settings.DatePartitionDelimiter ?? 'SLASH').toUpperCase();
  const zone = settings.DatePartitionTimezone;
  const [parts, text] = [SEQUENCES[sequence], DELIMITERS[delimiter]];
  if (parts === undefined) {
    throw refuse(`DatePartitionSequence "${sequence}"`, Object.keys(SEQUENCES).join(', '), 'use one of these');
  }
  if (text === undefined) {
    throw refuse(`DatePartitionDelimiter "${delimiter}"`, Object.keys(DELIMITERS).join(', '), 'use one of these');
  }
  if (zone && !['UTC', 'Etc/UTC', 'GMT'].includes(zone)) {
    throw refuse(`DatePartitionTimezone "${zone}"`, 'locally UTC', 'leave it out');
  }
  return { parts, delimiter: text };
}

/** `2026/01/31`. */
export function dateFolder({ parts, delimiter }: DateFolders, time: Date): string {
  const [year = '', month = '', day = '', hour = ''] = time.toISOString().split(/[-T:]/);
  const texts = { year, month, day, hour };
  return parts.map((part) => texts[part]).join(delimiter);
}
