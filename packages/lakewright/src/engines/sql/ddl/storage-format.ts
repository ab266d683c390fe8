import { NotCoveredError } from '../errors';
import type { StorageFormat } from './statement';

const HADOOP = 'org.apache.hadoop';
const TEXT_INPUT = `${HADOOP}.mapred.TextInputFormat`;
const TEXT_OUTPUT = `${HADOOP}.hive.ql.io.HiveIgnoreKeyTextOutputFormat`;

export const LAZY_SIMPLE = `${HADOOP}.hive.serde2.lazy.LazySimpleSerDe`;
export const PARQUET_SERDE = `${HADOOP}.hive.ql.io.parquet.serde.ParquetHiveSerDe`;
export const OPENX_JSON = 'org.openx.data.jsonserde.JsonSerDe';

/** What `STORED AS x` stands for. */
const FORMATS: Readonly<Record<string, Omit<StorageFormat, 'serdeParameters'>>> = {
  TEXTFILE: { serde: LAZY_SIMPLE, inputFormat: TEXT_INPUT, outputFormat: TEXT_OUTPUT },
  PARQUET: {
    serde: PARQUET_SERDE,
    inputFormat: `${HADOOP}.hive.ql.io.parquet.MapredParquetInputFormat`,
    outputFormat: `${HADOOP}.hive.ql.io.parquet.MapredParquetOutputFormat`,
  },
  ORC: {
    serde: `${HADOOP}.hive.ql.io.orc.OrcSerde`,
    inputFormat: `${HADOOP}.hive.ql.io.orc.OrcInputFormat`,
    outputFormat: `${HADOOP}.hive.ql.io.orc.OrcOutputFormat`,
  },
  AVRO: {
    serde: `${HADOOP}.hive.serde2.avro.AvroSerDe`,
    inputFormat: `${HADOOP}.hive.ql.io.avro.AvroContainerInputFormat`,
    outputFormat: `${HADOOP}.hive.ql.io.avro.AvroContainerOutputFormat`,
  },
  ION: {
    serde: 'com.amazon.ionhiveserde.IonHiveSerDe',
    inputFormat: 'com.amazon.ionhiveserde.formats.IonInputFormat',
    outputFormat: 'com.amazon.ionhiveserde.formats.IonOutputFormat',
  },
  RCFILE: {
    serde: `${HADOOP}.hive.serde2.columnar.LazyBinaryColumnarSerDe`,
    inputFormat: `${HADOOP}.hive.ql.io.RCFileInputFormat`,
    outputFormat: `${HADOOP}.hive.ql.io.RCFileOutputFormat`,
  },
  SEQUENCEFILE: {
    serde: LAZY_SIMPLE,
    inputFormat: `${HADOOP}.mapred.SequenceFileInputFormat`,
    outputFormat: `${HADOOP}.hive.ql.io.HiveSequenceFileOutputFormat`,
  },
  JSON: { serde: OPENX_JSON, inputFormat: TEXT_INPUT, outputFormat: TEXT_OUTPUT },
};

export interface StorageClauses {
  /** Upper case. */
  readonly storedAs?: string;
  readonly inputFormat?: string;
  readonly outputFormat?: string;
  readonly serde?: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
}

/** The formats that the clauses of CREATE TABLE add up to; text without any. */
export function storageFormat(clauses: StorageClauses): StorageFormat {
  const base = FORMATS[clauses.storedAs ?? 'TEXTFILE'];
  if (!base) throw new NotCoveredError(`STORED AS ${clauses.storedAs}`);
  return {
    serde: clauses.serde ?? base.serde,
    inputFormat: clauses.inputFormat ?? base.inputFormat,
    outputFormat: clauses.outputFormat ?? base.outputFormat,
    serdeParameters: clauses.serdeParameters,
  };
}
