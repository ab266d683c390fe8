import type { LakeContext } from '../../service';
import { type FlowSource, invalid } from '../connectors';
import { readBucket } from './bucket';
import { readFolder } from './folder';
import { readRest } from './rest';
import { readSalesforce } from './salesforce';
import type { SourceBatches, SourceRequest } from './source';

export type { PullWindow, SourceBatch, SourceBatches, SourceRequest } from './source';

/**
 * The records of a flow's source: an S3 source is read from the lake's bucket, any other from the fixture that the
 * configuration has for its connector profile or connector type.
 *
 * @throws ServiceError ValidationException where there is no fixture
 */
export async function openSource(lake: LakeContext, request: SourceRequest): Promise<SourceBatches> {
  const { source } = request;
  if (source.connectorType === 'S3') return readBucket(lake.objects, request);
  const [key, value] = fixtureOf(lake, source);
  if (!/^(https?:\/\/|service:|env:)/.test(value)) return readFolder(value, key, request);
  const url = await lake.programs.url(value);
  if (!/^https?:\/\//.test(url)) throw invalid(`the fixture "${key}" stands for "${url}" → an http URL, or a folder`);
  return source.connectorType === 'Salesforce' ? readSalesforce(url, request) : readRest(url, request);
}

function fixtureOf(lake: LakeContext, { profile, connectorType }: FlowSource): readonly [string, string] {
  const keys = [profile, connectorType].filter((key): key is string => key !== undefined && key !== '');
  const { fixtures } = lake.config;
  const key = keys.find((one) => Object.hasOwn(fixtures, one));
  if (key !== undefined) return [key, fixtures[key] as string];
  const example = JSON.stringify({ fixtures: { [keys[0] as string]: `fixtures/${keys[0]}` } });
  throw invalid(
    `there is no fixture for ${keys.map((one) => `"${one}"`).join(' or ')} → "fixtures" of lakewright.config.json has ${Object.keys(fixtures).join(', ') || 'none'} → add a folder, an http URL or service:NAME: ${example}`,
  );
}
