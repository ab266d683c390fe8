import type { ApiShape } from '../../api-shape';
import { invalidValue } from '../store';

/** Those that fit all of a request's `Filters`. @throws ServiceError InvalidParameterValueException */
export function filtered<T>(
  items: readonly T[],
  filters: ApiShape,
  values: Readonly<Record<string, (item: T) => string>>,
): T[] {
  let left = [...items];
  for (const { Name, Values } of filters ?? []) {
    const value = values[Name];
    if (value === undefined || !Array.isArray(Values)) {
      throw invalidValue(`the filter "${Name}" is none of ${Object.keys(values).join(', ')}`);
    }
    left = left.filter((item) => Values.map((one) => String(one).toLowerCase()).includes(value(item).toLowerCase()));
  }
  return left;
}

const DEFAULT_PAGE = 100;

/** A page of at most `MaxRecords`, from `Marker` on. */
export function page<T>(
  items: readonly T[],
  { MaxRecords, Marker }: ApiShape,
): { items: readonly T[]; Marker?: string } {
  const from = Marker === undefined ? 0 : Number(Marker);
  const size = MaxRecords ?? DEFAULT_PAGE;
  if (!Number.isInteger(from) || from < 0) throw invalidValue(`"${Marker}" is no marker of this list`);
  const end = from + Number(size);
  return { items: items.slice(from, end), ...(end < items.length && { Marker: String(end) }) };
}
