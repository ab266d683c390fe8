import type { Readable } from 'node:stream';
import { cursorError } from './hive-scalars';
import { JsonObject, JsonScalar, JsonSyntaxError, jsonTextOf, readJsonText } from './json-text';
import { type LineOptions, readLines } from './lines';

export const CLOUDTRAIL_INPUT = 'com.amazon.emr.cloudtrail.CloudTrailInputFormat';

/** Fields whose shape differs by event: the input format hands them on as JSON text. */
const AS_TEXT: ReadonlySet<string> = new Set([
  'requestparameters',
  'responseelements',
  'additionaleventdata',
  'serviceeventdetails',
]);

/**
 * CloudTrail's log files, `{"Records":[…]}`: each record as a line of its own.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
 */
export async function* readCloudTrail(stream: Readable, options: LineOptions): AsyncGenerator<string[]> {
  let text = '';
  for await (const lines of readLines(stream, options)) text += `${lines.join('\n')}\n`;
  if (text.trim() !== '') yield records(text);
}

function records(text: string): string[] {
  try {
    const document = readJsonText(text, false);
    const list =
      document instanceof JsonObject ? document.members.find(([name]) => name === 'Records')?.[1] : undefined;
    if (!Array.isArray(list)) return [];
    return list.map((record) => jsonTextOf(record instanceof JsonObject ? withTexts(record) : record));
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw cursorError(`Invalid JSON: ${error.message}`);
    throw error;
  }
}

function withTexts(record: JsonObject): JsonObject {
  return new JsonObject(
    record.members.map(([name, value]) =>
      AS_TEXT.has(name.toLowerCase()) && value !== null && !(value instanceof JsonScalar)
        ? [name, new JsonScalar(jsonTextOf(value), true)]
        : [name, value],
    ),
  );
}
