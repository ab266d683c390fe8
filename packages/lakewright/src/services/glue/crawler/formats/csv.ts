import type { ApiShape } from '../../../api-shape';
import { type ClassificationResult, estimateRecords, textStorage } from '../classification';
import { scalar } from '../field-type';
import type { Sample } from '../sample';
import { type CsvDialect, type CsvRows, commonWidth, parseRows } from './csv-rows';
import { columnNames, columnTypes, hasHeader, type SchemaOptions, toFields } from './csv-schema';

const LAZY_SIMPLE = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';
const OPEN_CSV = 'org.apache.hadoop.hive.serde2.OpenCSVSerde';

/** The delimiters that Glue's built-in classifier checks for. */
const DELIMITERS = [',', '|', '\t', ';', '\u0001'];

/** Rows of another width than most are tolerated up to this share; Glue doesn't document its own. */
const MAX_RAGGED = 0.1;

/** Glue's built-in CSV classifier: a delimiter that gives at least two columns and two rows. */
export function classifyCsv(sample: Sample, text: string): ClassificationResult {
  const body = withoutMark(text);
  const head = body.split('\n', 2).join('\n');
  const readings = DELIMITERS.filter((delimiter) => head.includes(delimiter)).flatMap((delimiter) => {
    const dialect = { delimiter, quote: '"' };
    const read = parseRows(body, dialect, sample.whole);
    return read ? [{ dialect, read, ...commonWidth(read.rows) }] : [];
  });
  const best = readings
    .filter(({ width, read }) => width >= 2 && read.rows.length >= 2)
    .sort((a, b) => b.share - a.share || b.width - a.width)[0];
  if (!best) return { reason: 'it is not CSV: no delimiter (, | tab ; Ctrl-A) gives two columns and two rows' };
  if (1 - best.share > MAX_RAGGED) return { reason: raggedReason(best) };
  const options: SchemaOptions = { trim: true, unquotes: false };
  return describe(sample, best.dialect, best.read, best.width, options, {
    header: hasHeader(best.read.rows, best.width, options) ? 'first row' : 'none',
    serde: LAZY_SIMPLE,
  });
}

/**
 * A custom CSV classifier. With a quote symbol the table gets OpenCSVSerDe unless the classifier names its SerDe.
 *
 * @param classifier the API's CsvClassifier
 */
export function classifyCustomCsv(sample: Sample, text: string, classifier: ApiShape): ClassificationResult {
  const { Delimiter, QuoteSymbol, ContainsHeader = 'UNKNOWN', Header, AllowSingleColumn } = classifier;
  const dialect: CsvDialect = { delimiter: Delimiter ?? ',', quote: QuoteSymbol ?? '"' };
  const read = parseRows(withoutMark(text), dialect, sample.whole);
  if (!read || read.rows.length === 0) return { reason: `the classifier ${classifier.Name} finds no rows in it` };
  const { width, share } = commonWidth(read.rows);
  if (width < 2 && AllowSingleColumn !== true) {
    return { reason: `the classifier ${classifier.Name} finds one column only (AllowSingleColumn is off)` };
  }
  if (1 - share > MAX_RAGGED) return { reason: raggedReason({ dialect, width, share }) };
  if (Header?.length > 0 && Header.length !== width) {
    return { reason: `the classifier ${classifier.Name} names ${Header.length} columns, the file has ${width}` };
  }
  const serde = classifier.Serde ?? 'None';
  const openCsv = serde === 'OpenCSVSerDe' || (serde === 'None' && QuoteSymbol !== undefined);
  const options: SchemaOptions = { trim: classifier.DisableValueTrimming !== true, unquotes: openCsv };
  const detected = ContainsHeader === 'UNKNOWN' && hasHeader(read.rows, width, options);
  return describe(sample, dialect, read, width, options, {
    header: ContainsHeader === 'PRESENT' || detected ? 'first row' : 'none',
    names: Header?.length > 0 ? Header : undefined,
    types: classifier.CustomDatatypeConfigured === true ? classifier.CustomDatatypes : undefined,
    serde: openCsv ? OPEN_CSV : LAZY_SIMPLE,
  });
}

interface Layout {
  readonly header: 'first row' | 'none';
  readonly names?: readonly string[];
  /** Custom data types by column (`LONG`, `STRING` …). */
  readonly types?: readonly string[];
  readonly serde: string;
}

function describe(
  sample: Sample,
  dialect: CsvDialect,
  read: CsvRows,
  width: number,
  options: SchemaOptions,
  layout: Layout,
): ClassificationResult {
  const { rows } = read;
  const skipsHeader = layout.header === 'first row';
  const data = skipsHeader ? rows.slice(1) : rows;
  const names = columnNames(layout.names ?? (skipsHeader ? rows[0].map((cell) => cell.text) : undefined), width);
  const inferred = columnTypes(data, width, options);
  const types = inferred.map((type, index) => CUSTOM_TYPES[layout.types?.[index]?.toUpperCase() ?? ''] ?? type);
  const quotedRows = rows.filter((row) => row.some((cell) => cell.quoted)).length;
  const { delimiter, quote = '"' } = dialect;
  const warnings: string[] = [];
  if (quotedRows > 0 && layout.serde === LAZY_SIMPLE) warnings.push(QUOTED_WARNING(quotedRows));
  const ragged = rows.filter((row) => row.length !== width).length;
  if (ragged > 0)
    warnings.push(`has ${ragged} of ${rows.length} sampled rows with another number of columns than ${width}`);
  return {
    format: 'csv',
    compression: sample.compression,
    fields: toFields(names, types),
    ...estimateRecords({ bytes: read.length, records: rows.length }, sample.contentSize),
    storage:
      layout.serde === OPEN_CSV
        ? textStorage(OPEN_CSV, { quoteChar: quote, separatorChar: delimiter })
        : textStorage(LAZY_SIMPLE, { 'field.delim': delimiter }),
    parameters: {
      areColumnsQuoted: String(quotedRows * 2 > rows.length),
      columnsOrdered: 'true',
      delimiter,
      ...(skipsHeader ? { 'skip.header.line.count': '1' } : {}),
    },
    warnings,
  };
}

const CUSTOM_TYPES: Readonly<Record<string, ReturnType<typeof scalar>>> = {
  BINARY: scalar('binary'),
  BOOLEAN: scalar('boolean'),
  DATE: scalar('date'),
  DECIMAL: scalar('decimal(38,18)'),
  DOUBLE: scalar('double'),
  FLOAT: scalar('float'),
  INT: scalar('int'),
  LONG: scalar('bigint'),
  SHORT: scalar('smallint'),
  STRING: scalar('string'),
  TIMESTAMP: scalar('timestamp'),
};

const QUOTED_WARNING = (rows: number) =>
  `has quotes in ${rows} sampled rows: Glue's built-in classifier makes a LazySimpleSerDe table, which keeps them and splits at delimiters within; a CSV classifier with a quote symbol gives OpenCSVSerDe`;

const raggedReason = ({ dialect, width, share }: { dialect: CsvDialect; width: number; share: number }) =>
  `it is not CSV: with the delimiter ${JSON.stringify(dialect.delimiter)} only ${Math.floor(share * 100)} % of its rows have ${width} columns`;

const withoutMark = (text: string) => (text.startsWith('\uFEFF') ? text.slice(1) : text);
