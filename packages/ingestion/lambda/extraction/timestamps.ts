import type { WatermarkConfiguration } from '../../src/private/extraction-configuration';

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * A time in ISO 8601 as milliseconds, finer parts cut off; UTC where no offset is written, whatever the machine's zone.
 *
 * @returns undefined for what is no time
 */
export function parseIso(text: string): number | undefined {
  const parts = ISO.exec(text.trim());
  if (!parts) return undefined;
  const [, date, minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = parts;
  const offset = /^z$/i.test(zone)
    ? 'Z'
    : zone.replace(/^(.\d{2}):?(\d{2})?$/, (_, hours, more) => `${hours}:${more ?? '00'}`);
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  const time = Date.parse(`${date}T${minutes}:${seconds}.${millis}${offset}`);
  if (Number.isNaN(time)) return undefined;
  // Date.parse makes March of February the 30th
  const day = Date.parse(`${date}T00:00:00Z`);
  return new Date(day).toISOString().startsWith(String(date)) ? time : undefined;
}

/** The value of a record's watermark field as milliseconds; undefined for what the format doesn't allow. */
export function parseWatermark(value: unknown, format: WatermarkConfiguration['format']): number | undefined {
  if (format === 'iso') return typeof value === 'string' ? parseIso(value) : undefined;
  if (typeof value === 'string' && !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const number = Number(value);
  const millis = Math.floor(format === 'epochSeconds' ? number * 1000 : number);
  return Math.abs(millis) <= 8.64e15 ? millis : undefined;
}

/** A time as the source wants it written. */
export function formatWatermark(millis: number, format: WatermarkConfiguration['format']): string {
  if (format === 'epochSeconds') return String(Math.floor(millis / 1000));
  return format === 'epochMillis' ? String(millis) : new Date(millis).toISOString().replace('.000Z', 'Z');
}

/** The smallest step that the format can write. */
export function unitOf(format: WatermarkConfiguration['format']): number {
  return format === 'epochMillis' ? 1 : 1000;
}

/** `20260131T235959Z`: for keys, and in the order of time. */
export function compact(millis: number | undefined): string {
  return millis === undefined ? 'start' : new Date(millis).toISOString().replace(/[-:]|\.\d+/g, '');
}
