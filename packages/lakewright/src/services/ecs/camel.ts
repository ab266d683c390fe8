import type { ApiShape } from '../api-shape';

/** Members whose values are no shapes of the API. */
const VALUES = new Set(['options', 'dockerLabels']);

const renamed = (value: ApiShape, rename: (key: string) => string): ApiShape => {
  if (Array.isArray(value)) return value.map((entry) => renamed(entry, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries<ApiShape>(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [rename(key), VALUES.has(key) ? entry : renamed(entry, rename)]),
  );
};

/** ECS has members in camel case; templates and state machines write them in Pascal case. */
export const camelKeys = (value: ApiShape): ApiShape => renamed(value, (key) => key[0].toLowerCase() + key.slice(1));

export const pascalKeys = (value: ApiShape): ApiShape => renamed(value, (key) => key[0].toUpperCase() + key.slice(1));
