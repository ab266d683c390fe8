import { readXml } from './xml';

/** The built-in formats of dates and times. @see ECMA-376, part 1, 18.8.30 */
const BUILT_IN = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** For each style of cells: whether its format is one of dates. */
export async function readDateStyles(bytes: AsyncIterable<Buffer>, part: string): Promise<boolean[]> {
  const custom = new Map<number, boolean>();
  const formats: number[] = [];
  let inCells = false;
  await readXml(bytes, part, {
    open: (name, { numFmtId, formatCode }) => {
      if (name === 'numFmt') custom.set(Number(numFmtId), isDateFormat(formatCode ?? ''));
      if (name === 'cellXfs') inCells = true;
      if (name === 'xf' && inCells) formats.push(Number(numFmtId ?? 0));
    },
    close: (name) => {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return formats.map((id) => custom.get(id) ?? BUILT_IN(id));
}

/** Whether a format code has a field of a date or time, outside of literals, colours and conditions. */
export function isDateFormat(code: string): boolean {
  const [positive = ''] = code.split(';');
  const fields = positive
    .replace(/"[^"]*"/g, '')
    .replace(/[\\_*]./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  return !/^general$/i.test(fields.trim()) && /[ymdhs]/i.test(fields);
}
