const numbers = new Intl.NumberFormat('en-US');

export const number = (value: number): string => numbers.format(value);

/** `3 M` where there is little room. */
export function short(value: number): string {
  if (value < 100_000) return number(value);
  const [unit, letter] = value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  const scaled = value / unit;
  return `${scaled >= 100 || Number.isInteger(scaled) ? Math.round(scaled) : scaled.toFixed(1).replace(/\.0$/, '')} ${letter}`;
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1).replace(/\.0$/, '')} ${units[power - 1]}`;
}

export function seconds(value: number): string {
  if (value < 60) return `${value.toFixed(value < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(value / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(value % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `just now`, `2 min ago`, `3 days ago` */
export function ago(iso: string | null, now = Date.now()): string {
  const text = age(iso, now);
  return text === '' || text === 'just now' ? text : `${text} ago`;
}

export function age(iso: string | null, now = Date.now()): string {
  if (iso === null) return '';
  const past = Math.max(0, now - Date.parse(iso)) / 1000;
  if (past < 45) return 'just now';
  if (past < 3600) return `${Math.max(1, Math.round(past / 60))} min`;
  if (past < 86_400) return `${Math.round(past / 3600)} h`;
  const days = Math.round(past / 86_400);
  return days === 1 ? '1 day' : `${days} days`;
}

/** `14:12` today, `yesterday 14:12`, `Thu 14:12`, `12 Nov 14:12` */
export function moment(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const clock = time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight - time.getTime()) / 86_400_000);
  if (days <= 0) return clock;
  if (days === 1) return `yesterday ${clock}`;
  if (days < 7) return `${time.toLocaleDateString('en-GB', { weekday: 'short' })} ${clock}`;
  return `${time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock}`;
}
