import { fieldsOf, pad } from '../runtime/scalars/time-fields';
import { offsetSeconds } from '../types/zone';

const DAY_MS = 86_400_000n;
const DAYS_IN_400_YEARS = 146_097;

/** Years have a sign before 0 and, as Java prints them, beyond 9999: `+10000-01-01`. */
const yearText = (year: number): string => `${year > 9999 ? '+' : ''}${pad(year, 4)}`;

/** `2024-02-29` */
export function dateText(days: number): string {
  // Dates go further than JavaScript's: the calendar repeats itself every 400 years.
  const cycles = Math.floor(days / DAYS_IN_400_YEARS);
  const { year, month, day } = fieldsOf(BigInt(days - cycles * DAYS_IN_400_YEARS) * DAY_MS * 1000n);
  return `${yearText(year + 400 * cycles)}-${pad(month)}-${pad(day)}`;
}

/** `2024-02-29 12:30:00.123`, with `digits` of the fraction. */
export function timestampText(micros: bigint, digits: number): string {
  const { year, month, day, hour, minute, second, micros: fraction } = fieldsOf(micros);
  return `${yearText(year)}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}${fractionText(fraction, digits)}`;
}

/** `12:30:00.123` */
export function timeText(micros: bigint, digits: number): string {
  const second = micros / 1_000_000n;
  const fraction = Number(micros % 1_000_000n);
  return `${pad(second / 3600n)}:${pad((second / 60n) % 60n)}:${pad(second % 60n)}${fractionText(fraction, digits)}`;
}

function fractionText(micros: number, digits: number): string {
  return digits > 0 ? `.${pad(micros, 6).slice(0, digits).padEnd(digits, '0')}` : '';
}

/** The local time of an instant with its zone: `2024-02-29 13:30:00.000 Europe/Oslo`. */
export function zonedText(micros: bigint, zone: string, digits: number): string {
  const second = Number(micros / 1_000_000n) - (micros % 1_000_000n < 0n ? 1 : 0);
  const local = micros + BigInt(offsetSeconds(second, zone)) * 1_000_000n;
  return `${timestampText(local, digits)} ${zone}`;
}

/** Milliseconds as `2 03:04:05.678`. */
export function dayIntervalText(milliseconds: bigint): string {
  const size = milliseconds < 0n ? -milliseconds : milliseconds;
  const time = `${pad((size / 3_600_000n) % 24n)}:${pad((size / 60_000n) % 60n)}:${pad((size / 1000n) % 60n)}.${pad(size % 1000n, 3)}`;
  return `${milliseconds < 0n ? '-' : ''}${size / DAY_MS} ${time}`;
}

/** Months as `1-2`. */
export function yearIntervalText(months: number): string {
  const size = Math.abs(months);
  return `${months < 0 ? '-' : ''}${Math.trunc(size / 12)}-${size % 12}`;
}
