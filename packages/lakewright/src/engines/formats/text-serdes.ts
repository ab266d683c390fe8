import { NotCoveredError } from '../sql/errors';
import { grokSerde } from './grok-serde';
import { hiveJson } from './hive-json';
import { lazySimple } from './lazy-simple';
import { openCsv } from './open-csv';
import { openxJson } from './openx-json';
import { regexSerde } from './regex-serde';
import type { LineDecoder, SerdeOptions } from './serde';

const SERDES: Readonly<Record<string, (options: SerdeOptions) => LineDecoder>> = {
  'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe': lazySimple,
  'org.apache.hadoop.hive.serde2.OpenCSVSerde': openCsv,
  'org.openx.data.jsonserde.JsonSerDe': openxJson,
  'org.apache.hive.hcatalog.data.JsonSerDe': hiveJson,
  'org.apache.hadoop.hive.serde2.JsonSerDe': hiveJson,
  'org.apache.hadoop.hive.serde2.RegexSerDe': regexSerde,
  'com.amazonaws.glue.serde.GrokSerDe': grokSerde,
};

const TEXT_INPUTS: ReadonlySet<string> = new Set(['', 'org.apache.hadoop.mapred.TextInputFormat']);

/**
 * The decoder of a text SerDe.
 *
 * @throws NotCoveredError for one that isn't read here: RCFile, SequenceFile, custom SerDes …
 */
export function textSerde(library: string, inputFormat: string, options: SerdeOptions): LineDecoder {
  const serde = SERDES[library];
  if (!serde) throw new NotCoveredError(`SerDe ${library || '(none)'}`);
  if (!TEXT_INPUTS.has(inputFormat)) throw new NotCoveredError(`input format ${inputFormat}`);
  return serde(options);
}
