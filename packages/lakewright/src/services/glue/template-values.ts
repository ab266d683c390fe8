import type { ApiShape } from '../api-shape';

/** Members that are maps of strings in the API; templates write booleans and numbers into them. */
const MAPS = new Set(['Parameters', 'ConnectionProperties']);
const BOOLEANS = new Set([
  'Compressed',
  'StoredAsSubDirectories',
  'AllowSingleColumn',
  'DisableValueTrimming',
  'CustomDatatypeConfigured',
]);
const NUMBERS = new Set(['NumberOfBuckets', 'Retention', 'SampleSize', 'SortOrder']);

/**
 * A template's properties in the API's types, as CloudFormation coerces them: CDK's tables have
 * `Parameters: {has_encrypted_data: true}`, and YAML has numbers in quotes.
 */
export function apiTypes(value: ApiShape, member = ''): ApiShape {
  if (Array.isArray(value)) return value.map((item) => apiTypes(item));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (MAPS.has(member)) return Object.fromEntries(entries.map(([key, item]) => [key, mapValue(item)]));
    return Object.fromEntries(entries.map(([key, item]) => [key, apiTypes(item, key)]));
  }
  if (BOOLEANS.has(member) && typeof value === 'string') return value === 'true';
  if (NUMBERS.has(member) && typeof value === 'string') return Number(value);
  return value;
}

const mapValue = (item: ApiShape): ApiShape =>
  typeof item === 'boolean' || typeof item === 'number' ? String(item) : item;
