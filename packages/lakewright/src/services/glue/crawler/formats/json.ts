import type { ApiShape } from '../../../api-shape';
import { type ClassificationResult, estimateRecords, textStorage, type Unrecognized } from '../classification';
import { type Field, type FieldType, mergeFields, mergeTypes, STRING, scalar, UNKNOWN_TYPE } from '../field-type';
import type { Sample } from '../sample';
import { IncompleteJson, JsonNumber, JsonReader, type JsonValue } from './json-value';

const SERDE = 'org.openx.data.jsonserde.JsonSerDe';

/**
 * Glue's JSON classifier: records one after another, each an object. A file that is one array is one record with the column
 * `array`, unless a classifier's JSON path takes it apart (`$[*]`).
 *
 * https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json
 *
 * @param jsonPath of a custom classifier
 */
export async function classifyJson(sample: Sample, text: string, jsonPath?: string): Promise<ClassificationResult> {
  if (!/^[\s\uFEFF]*[[{]/.test(text)) return { reason: 'it is not JSON' };
  const read = readRecords(text, sample.whole);
  if ('reason' in read) return read;
  const records = jsonPath ? await selectRecords(read.records, jsonPath) : read.records;
  if ('reason' in records) return records;
  if (records.length === 0) return { reason: `it has no JSON record${jsonPath ? ` at ${jsonPath}` : ''}` };
  const fields = fieldsOf(records, jsonPath !== undefined);
  if (fields.length === 0) return { reason: 'its JSON records have no fields' };
  const names = fields.map((field) => field.name).sort();
  return {
    format: 'json',
    compression: sample.compression,
    fields,
    ...estimateRecords(
      { bytes: Buffer.byteLength(text.slice(0, read.end)), records: records.length },
      sample.contentSize,
    ),
    storage: textStorage(SERDE, { paths: names.join(',') }),
    parameters: jsonPath ? { jsonPath } : {},
    warnings: warningsOf(read, jsonPath),
  };
}

const ARRAY_WARNING =
  'is one JSON array: Glue makes it one column "array", and Athena reads JSON lines only; a classifier with the JSON path $[*] gives its records as columns';

const LINES_WARNING =
  "has records that are not one on each line: Athena's JSON SerDes read one record a line and fail on this file";

function warningsOf({ array, oneOnEachLine }: Records, jsonPath: string | undefined): string[] {
  if (jsonPath) return [`is read with the JSON path ${jsonPath} by Glue jobs only: Athena's JSON SerDes know no path`];
  if (array) return [ARRAY_WARNING];
  return oneOnEachLine ? [] : [LINES_WARNING];
}

interface Records {
  readonly records: JsonValue[];
  /** Characters that the records take. */
  readonly end: number;
  readonly array: boolean;
  readonly oneOnEachLine: boolean;
}

function readRecords(text: string, whole: boolean): Records | Unrecognized {
  const reader = new JsonReader(text);
  const records: JsonValue[] = [];
  try {
    while (!reader.atEnd) records.push(reader.next());
  } catch (error) {
    if (!(error instanceof IncompleteJson)) return { reason: `its JSON can't be read: ${(error as Error).message}` };
    if (whole) return { reason: 'its JSON ends in the middle of a value' };
    if (records.length === 0) return readCutArray(text);
  }
  const array = records.length > 0 && records.every((record) => Array.isArray(record));
  const lines = text
    .slice(0, reader.offset)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return { records, end: reader.offset, array, oneOnEachLine: lines.length === records.length };
}

/** A sample that ends within one big array still has whole elements. */
function readCutArray(text: string): Records | Unrecognized {
  if (!/^[\s\uFEFF]*\[/.test(text)) return { reason: 'its first JSON record is longer than the sample' };
  const elements: JsonValue[] = [];
  const reader = new JsonReader(text);
  try {
    for (const element of reader.elements()) elements.push(element);
  } catch (error) {
    if (!(error instanceof IncompleteJson)) return { reason: `its JSON can't be read: ${(error as Error).message}` };
  }
  return elements.length > 0
    ? { records: [elements], end: reader.offset, array: true, oneOnEachLine: false }
    : { reason: 'its first JSON record is longer than the sample' };
}

async function selectRecords(records: JsonValue[], path: string): Promise<JsonValue[] | Unrecognized> {
  const { JSONPath } = await import('jsonpath-plus');
  try {
    return records.flatMap(
      (json) => JSONPath({ path, json: json as ApiShape, eval: false, wrap: true }) as JsonValue[],
    );
  } catch (error) {
    return { reason: `the JSON path ${path} can't be evaluated: ${(error as Error).message}` };
  }
}

function fieldsOf(records: JsonValue[], selected: boolean): Field[] {
  if (records.every((record) => isObject(record))) {
    return records.reduce<Field[]>((fields, record) => mergeFields(fields, objectFields(record)), []);
  }
  const type = records.map(jsonType).reduce(mergeTypes, UNKNOWN_TYPE);
  if (selected) return [{ name: 'record', type }];
  return type.kind === 'array' ? [{ name: 'array', type }] : [];
}

const isObject = (value: JsonValue): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);

const objectFields = (record: JsonValue): Field[] =>
  Object.entries(record as Record<string, JsonValue>).map(([name, value]) => ({ name, type: jsonType(value) }));

/** Whole numbers are int or bigint by their size, as crawled tables show. */
function jsonType(value: JsonValue): FieldType {
  if (value === null) return UNKNOWN_TYPE;
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return scalar('boolean');
  if (value instanceof JsonNumber) return numberType(value.text);
  if (Array.isArray(value)) return { kind: 'array', element: value.map(jsonType).reduce(mergeTypes, UNKNOWN_TYPE) };
  return { kind: 'struct', fields: mergeFields([], objectFields(value)) };
}

function numberType(text: string): FieldType {
  if (!/^-?\d+$/.test(text)) return scalar('double');
  const value = BigInt(text);
  if (value >= -(2n ** 31n) && value < 2n ** 31n) return scalar('int');
  return value >= -(2n ** 63n) && value < 2n ** 63n ? scalar('bigint') : STRING;
}
