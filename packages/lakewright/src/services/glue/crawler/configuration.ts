import type { ApiShape } from '../../api-shape';
import { invalidInput } from '../errors';

/** The crawler's Configuration JSON, as far as it changes a local crawl. */
export interface CrawlConfiguration {
  /** One schema for each include path: the files' likeness isn't considered, their format is. */
  readonly combineSchemas: boolean;
  /** 1 = the bucket, 2 = its first folders … undefined: the crawler finds the tables' level. */
  readonly tableLevel?: number;
  readonly mergeNewColumns: boolean;
  readonly partitionsInherit: boolean;
  /** A crawl that finds more tables fails. */
  readonly tableThreshold?: number;
}

/**
 * Reads the JSON text. Throws InvalidInputException for a text that isn't JSON or has values that Glue doesn't know.
 *
 * https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
 */
export function parseConfiguration(text: ApiShape): CrawlConfiguration {
  const json = readJson(text);
  const grouping = json.Grouping ?? {};
  const output = json.CrawlerOutput ?? {};
  return {
    combineSchemas: oneOf(grouping.TableGroupingPolicy, 'Grouping.TableGroupingPolicy', ['CombineCompatibleSchemas']),
    tableLevel: positive(grouping.TableLevelConfiguration, 'Grouping.TableLevelConfiguration'),
    mergeNewColumns: oneOf(output.Tables?.AddOrUpdateBehavior, 'CrawlerOutput.Tables.AddOrUpdateBehavior', [
      'MergeNewColumns',
    ]),
    partitionsInherit: oneOf(output.Partitions?.AddOrUpdateBehavior, 'CrawlerOutput.Partitions.AddOrUpdateBehavior', [
      'InheritFromTable',
    ]),
    tableThreshold: positive(output.Tables?.TableThreshold, 'CrawlerOutput.Tables.TableThreshold'),
  };
}

function readJson(text: ApiShape): ApiShape {
  if (text === undefined || text === null || text === '') return {};
  try {
    const json = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json;
  } catch {
    // falls through to the refusal
  }
  throw invalidInput(`The crawler's Configuration is not a JSON object: ${text}`);
}

function oneOf(value: ApiShape, path: string, allowed: readonly string[]): boolean {
  if (value === undefined || value === null) return false;
  if (allowed.includes(value)) return true;
  throw invalidInput(`${path} is "${value}" in the crawler's Configuration; allowed: ${allowed.join(', ')}.`);
}

function positive(value: ApiShape, path: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && value >= 1) return value;
  throw invalidInput(`${path} is "${value}" in the crawler's Configuration; it must be a whole number of 1 or more.`);
}
