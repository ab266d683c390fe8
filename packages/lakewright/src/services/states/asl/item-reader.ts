import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { ApiShape } from '../../api-shape';
import { ServiceError } from '../../service';
import { StatesError } from './errors';
import { integrationName, type Visit } from './interpreter';
import { readPath } from './json-path';
import { parquetItems } from './parquet-items';
import { json } from './payload';

const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/**
 * The items of a Distributed Map from S3: a listing, a JSON, JSON lines, CSV or Parquet object, an S3
 * inventory or what Athena unloaded by its manifest.
 *
 * Source: Step Functions Developer Guide, "ItemReader (Map)".
 *
 * @throws StatesError States.ItemReaderFailed
 */
export async function readItems(visit: Visit): Promise<ApiShape[]> {
  const { state, scope, query } = visit;
  const reader = state.ItemReader;
  const where = await query.arguments(reader, { ...scope, input: {} });
  const config = reader.ReaderConfig ?? {};
  const most = Number((await query.field(config, 'MaxItems', scope)) ?? 0) || Number.POSITIVE_INFINITY;
  try {
    const items = await read(visit, integrationName(String(reader.Resource)), where, config);
    return items.slice(0, most);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw failed(`${error.code}: ${error.message}`);
  }
}

async function read(visit: Visit, resource: string, where: ApiShape, config: ApiShape): Promise<ApiShape[]> {
  const { objects } = visit.run.around;
  if (resource === 's3:listObjectsV2') {
    const found = await objects.list(String(where.Bucket), { prefix: where.Prefix });
    const items = found.map(({ key, size, lastModified, etag }) => ({
      Etag: etag,
      Key: key,
      LastModified: Math.floor(lastModified.getTime() / 1000),
      Size: size,
      StorageClass: 'STANDARD',
    }));
    if (config.Transformation !== 'LOAD_AND_FLATTEN') return items;
    const contents = items.map(async ({ Key }) => await itemsAt(visit, String(where.Bucket), Key, config));
    return (await Promise.all(contents)).flat();
  }
  if (resource !== 's3:getObject')
    throw failed(`ItemReader's Resource '${resource}' is not supported, use s3:getObject or s3:listObjectsV2`);
  const [bucket, key] = [String(where.Bucket), String(where.Key)];
  if (config.ManifestType === 'ATHENA_DATA') return await athenaData(visit, await load(visit, bucket, key), config);
  if (config.InputType === 'MANIFEST' || config.ManifestType === 'S3_INVENTORY') {
    return await inventory(visit, await load(visit, bucket, key), config);
  }
  return await itemsAt(visit, bucket, key, config);
}

async function itemsAt(visit: Visit, bucket: string, key: string, config: ApiShape): Promise<ApiShape[]> {
  if (config.InputType === 'PARQUET') {
    if (!(await visit.run.around.objects.head(bucket, key))) throw failed(`NoSuchKey: s3://${bucket}/${key}`);
    return await parquetItems(visit.run.around.objects.path(bucket, key)).catch((error: Error) => {
      throw failed(`The Parquet object can't be read: ${error.message}`);
    });
  }
  return parseItems(await load(visit, bucket, key), config);
}

/** What UNLOAD leaves as `<query>-manifest.csv`: one object's URI a line. */
async function athenaData(visit: Visit, text: string, config: ApiShape): Promise<ApiShape[]> {
  const places = text.split('\n').flatMap((line) => {
    const [, bucket, key] = /^"?s3:\/\/([^/]+)\/([^"]+?)"?\s*$/.exec(line) ?? [];
    return bucket && key ? [{ bucket, key }] : [];
  });
  const files = await Promise.all(places.map(({ bucket, key }) => itemsAt(visit, bucket, key, config)));
  return files.flat();
}

function parseItems(text: string, config: ApiShape): ApiShape[] {
  switch (config.InputType ?? 'JSON') {
    case 'JSON':
      return jsonItems(text, config);
    case 'JSONL':
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => parseJson(line, 'A line of the JSONL object'));
    case 'CSV':
      return csvItems(text, config);
    default:
      throw failed(`InputType '${config.InputType}' is not supported, use JSON, JSONL, CSV, PARQUET or MANIFEST`);
  }
}

function jsonItems(text: string, config: ApiShape): ApiShape[] {
  const document = parseJson(text, 'The JSON object');
  const pointer = config.ItemsPointer;
  const items =
    typeof pointer === 'string'
      ? readPath(
          `$${pointer.replace(/\/([^/]*)/g, (_, part: string) => `['${part.replaceAll('~1', '/').replaceAll('~0', '~')}']`)}`,
          {
            input: document,
            context: {},
            variables: {},
          },
        )
      : document;
  if (Array.isArray(items)) return items;
  if (typeof items === 'object' && items !== null) return Object.entries(items).map(([Key, Value]) => ({ Key, Value }));
  throw failed(`The JSON object must be a list or an object, got ${json(items).slice(0, 100)}`);
}

function csvItems(text: string, config: ApiShape): ApiShape[] {
  const given = config.CSVHeaderLocation === 'GIVEN';
  if (given && !Array.isArray(config.CSVHeaders)) throw failed('CSVHeaderLocation GIVEN needs CSVHeaders');
  const delimiter = DELIMITERS[config.CSVDelimiter ?? 'COMMA'];
  if (delimiter === undefined)
    throw failed(`CSVDelimiter '${config.CSVDelimiter}' is unknown, use ${Object.keys(DELIMITERS).join(', ')}`);
  try {
    return parse(text, {
      bom: true,
      columns: given ? config.CSVHeaders : true,
      delimiter,
      skip_empty_lines: true,
      relax_column_count: true,
    });
  } catch (error) {
    throw failed(`The CSV object can't be read: ${(error as Error).message}`);
  }
}

/** An S3 inventory: `manifest.json` names gzipped CSV files without a header. */
async function inventory(visit: Visit, text: string, config: ApiShape): Promise<ApiShape[]> {
  const manifest = parseJson(text, 'The inventory manifest');
  if (manifest.fileFormat !== undefined && manifest.fileFormat !== 'CSV') {
    throw failed(`An inventory in ${manifest.fileFormat} is not supported, use CSV`);
  }
  const bucket = String(manifest.destinationBucket ?? '').replace(/^arn:[^:]+:s3:::/, '');
  const columns = String(manifest.fileSchema ?? '')
    .split(',')
    .map((name) => name.trim());
  const files = Array.isArray(manifest.files) ? manifest.files : [];
  const rows = await Promise.all(
    files.map(async ({ key }: { key: string }) =>
      csvItems(await load(visit, bucket, key), { ...config, CSVHeaderLocation: 'GIVEN', CSVHeaders: columns }),
    ),
  );
  return rows.flat();
}

async function load(visit: Visit, bucket: string, key: string): Promise<string> {
  const stream = await visit.run.around.objects.read(bucket, key);
  const chunks: Buffer[] = [];
  for await (const chunk of key.endsWith('.gz') ? stream.pipe(createGunzip()) : stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string, what: string): ApiShape {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw failed(`${what} is not valid JSON: ${(error as Error).message}`);
  }
}

function failed(reason: string): StatesError {
  return new StatesError('States.ItemReaderFailed', reason);
}
