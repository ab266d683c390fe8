import type { ColumnProfile } from '../../src/console/contract';
import { isMeasure, isNumber } from '../cells';
import { number } from '../format';

/** A column's values in some words: how many differ, from what to what, how many are missing. */
export function Values({
  column,
  profile,
}: {
  column: { name: string; type: string };
  profile: ColumnProfile | undefined;
}) {
  if (!profile) return <span class="soft">–</span>;
  const { nulls, shares } = profile;
  const missing = nulls > 0 ? ` · ${percent(nulls)} null` : '';
  const most = Math.max(1, ...(shares ?? []).map(({ rows }) => rows));
  return (
    <>
      {shares && shares.length > 1 && (
        <span class="spark" aria-hidden="true">
          {shares.map(({ rows }, index) => (
            <i key={index} style={{ height: `${Math.max(1, Math.round((rows / most) * 16))}px` }} />
          ))}
        </span>
      )}{' '}
      <span class="soft">
        {textOf(column, profile)}
        {missing}
      </span>
    </>
  );
}

function textOf(
  column: { name: string; type: string },
  { distinct, isUnique, least, most, shares, nulls }: ColumnProfile,
): string {
  if (nulls === 1) return 'empty';
  const isTime = /^(date|timestamp)/i.test(column.type);
  if (isUnique && !isMeasure(column) && !isTime) return 'unique';
  const isRange = isTime || isMeasure(column);
  if (isRange && least !== null && most !== null) {
    return least === most ? shown(column, least) : `${shown(column, least)} – ${shown(column, most)}`;
  }
  if (shares && shares.length > 0 && !isNumber(column)) return shares.map(({ value }) => value).join(', ');
  return distinct === null ? '–' : `${number(distinct)} distinct`;
}

function shown(column: { name: string; type: string }, text: string): string {
  if (!isNumber(column)) return text.slice(0, 10);
  const value = Number(text);
  return (Math.abs(value) >= 1000 ? number(Math.round(value)) : String(Math.round(value * 100) / 100)).replace(
    '-',
    '−',
  );
}

const percent = (share: number): string => {
  const value = share * 100;
  if (value > 99.9 && value < 100) return '> 99.9%';
  return value < 0.1 ? '< 0.1%' : `${value >= 10 ? Math.round(value) : value.toFixed(1)}%`;
};
