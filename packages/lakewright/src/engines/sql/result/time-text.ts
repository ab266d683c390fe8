import { fieldsOf, pad } from '../runtime/scalars/time-fields';

const MICROS_PER_MINUTE = 60_000_000n;
const DAY_MS = 86_400_000n;

/** `2024-02-29`; years before 0 with a minus, beyond 9999 with all their digits. */
export function dateText(days: number): string {
  const { year, month, day } = fieldsOf(BigInt(days) * DAY_MS * 1000n);
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

/** `2024-02-29 12:30:00.123`, with `digits` of the fraction. */
export function timestampText(micros: bigint, digits: number): string {
  const { year, month, day, hour, minute, second, micros: fraction } = fieldsOf(micros);
  return `${pad(year, 4)}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}${fractionText(fraction, digits)}`;
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
  return `${timestampText(micros + offsetMicros(micros, zone), digits)} ${zone}`;
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

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}

/** What a zone's clocks show more than UTC's at an instant. */
function offsetMicros(micros: bigint, zone: string): bigint {
  if (zone === 'UTC') return 0n;
  const fixed = /^([+-])(\d\d):(\d\d)$/.exec(zone);
  if (fixed) {
    const minutes = BigInt(Number(fixed[2]) * 60 + Number(fixed[3])) * MICROS_PER_MINUTE;
    return fixed[1] === '-' ? -minutes : minutes;
  }
  const second = Number(micros / 1_000_000n) - (micros % 1_000_000n < 0n ? 1 : 0);
  const parts = formatOf(zone).formatToParts(new Date(second * 1000));
  const part = (type: string): number => Number(parts.find((item) => item.type === type)?.value);
  const year = parts.some((item) => item.type === 'era' && item.value === 'BC') ? 1 - part('year') : part('year');
  const local = new Date(0).setUTCFullYear(year, part('month') - 1, part('day'));
  const shown = local / 1000 + part('hour') * 3600 + part('minute') * 60 + part('second');
  return BigInt(shown - second) * 1_000_000n;
}
