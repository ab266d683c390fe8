import type { ApiShape } from '../../api-shape';
import { type ClassificationResult, isClassified } from './classification';
import { classifyAvro } from './formats/avro';
import { classifyCsv, classifyCustomCsv } from './formats/csv';
import { classifyJson } from './formats/json';
import { classifyParquet } from './formats/parquet';
import { decodeText, readRange, readSample, SAMPLE_BYTES, type Sample } from './sample';

/** Glue enlarges the sample of a JSON file until it holds a record, up to 10 MB. */
const LARGEST_SAMPLE = 10 * SAMPLE_BYTES;

/** What files of formats that the local crawler doesn't read begin with. */
const NOT_LOCAL: readonly [magic: string, format: string][] = [
  ['ORC', 'ORC'],
  ['\u00e0\u0001\u0000\u00ea', 'Amazon Ion'],
  ['PK\u0003\u0004', 'ZIP'],
  ['SQLite format 3', 'SQLite'],
  ['ARROW1', 'Arrow'],
];
const XML = /^(\u00ef\u00bb\u00bf)?\s*<(\?xml|!DOCTYPE|[A-Za-z])/;

/**
 * Runs the custom classifiers in their order, then the built-in ones in Glue's order: Avro, Parquet, JSON, CSV.
 *
 * @param classifiers the API's Classifier structures of the crawler
 */
export async function classifyFile(
  path: string,
  size: number,
  classifiers: readonly ApiShape[],
): Promise<ClassificationResult> {
  const magic = (await readRange(path, 0, Math.min(size, 64))).toString('latin1');
  if (magic.startsWith('PAR1')) return classifyParquet(path, size);
  if (magic.startsWith('Obj\u0001')) return classifyAvro(path, size);
  const foreign = XML.test(magic) ? 'XML' : NOT_LOCAL.find(([start]) => magic.startsWith(start))?.[1];
  if (foreign) return { reason: `it is ${foreign}, which the local crawler doesn't read` };
  return classifyText(path, size, classifiers);
}

async function classifyText(
  path: string,
  size: number,
  classifiers: readonly ApiShape[],
): Promise<ClassificationResult> {
  const sample = await readSample(path, size);
  if ('reason' in sample) return sample;
  const text = decodeText(sample);
  if (typeof text !== 'string') return text;
  if (text.trim() === '') return { reason: 'it is empty' };
  for (const { JsonClassifier, CsvClassifier } of classifiers) {
    const result = JsonClassifier
      ? await json(path, size, sample, text, JsonClassifier.JsonPath)
      : CsvClassifier && classifyCustomCsv(sample, text, CsvClassifier);
    if (result && isClassified(result)) return result;
  }
  const asJson = await json(path, size, sample, text);
  if (isClassified(asJson)) return asJson;
  const asCsv = classifyCsv(sample, text);
  // What looks like JSON and is damaged is said to be that, not a strange CSV.
  return isClassified(asCsv) || asJson.reason === 'it is not JSON' ? asCsv : asJson;
}

async function json(
  path: string,
  size: number,
  sample: Sample,
  text: string,
  jsonPath?: string,
): Promise<ClassificationResult> {
  const result = await classifyJson(sample, text, jsonPath);
  const tooLong = !isClassified(result) && result.reason.includes('longer than the sample');
  if (!tooLong || sample.whole) return result;
  const larger = await readSample(path, size, LARGEST_SAMPLE);
  const longer = 'reason' in larger ? larger : decodeText(larger);
  return typeof longer === 'string' && !('reason' in larger) ? classifyJson(larger, longer, jsonPath) : result;
}
