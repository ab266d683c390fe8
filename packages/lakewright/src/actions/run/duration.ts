import { LakewrightError } from '../../host/host';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** Days and times of ISO 8601; months and years have no fixed length. */
const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * Milliseconds of a duration: `90m`, `24h`, `1d12h`, or ISO 8601 (`P1D`, `PT90M`).
 *
 * @throws LakewrightError LW_DURATION_INVALID
 */
export function parseDuration(option: string, text: string): number {
  const iso = ISO.exec(text);
  const milliseconds = iso
    ? ['w', 'd', 'h', 'm', 's'].reduce((sum, unit, index) => sum + Number(iso[index + 1] ?? 0) * UNITS[unit], 0)
    : /^(\d+[smhdw])+$/.test(text)
      ? [...text.matchAll(/(\d+)([smhdw])/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit], 0)
      : 0;
  if (milliseconds > 0 && Number.isSafeInteger(milliseconds)) return milliseconds;
  throw new LakewrightError(
    'LW_DURATION_INVALID',
    `${option} ${text} → a duration above zero is expected → for example 24h, 90m, 1d12h or P1D`,
    2,
  );
}
