import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnConfig } from '../../src/private/file-drop-config';
import type { Value } from './values';

const ROWS = 50_000;
const BYTES = 32 * 1024 * 1024;

/** A Parquet file that is written row group by row group: memory holds one of them. */
export class ParquetFile {
  public rows = 0;
  private readonly writer: ParquetWriter;
  private columns: Value[][];
  private pending = 0;
  private bytes = 0;

  public constructor(
    path: string,
    private readonly schema: ColumnConfig[],
  ) {
    const root = { name: 'root', num_children: schema.length };
    this.writer = new ParquetWriter({
      writer: fileWriter(path),
      schema: [root, ...schema.map(element)],
      createdBy: 'lakewright',
    });
    this.columns = schema.map(() => []);
  }

  public async add(values: Value[]): Promise<void> {
    for (const [index, value] of values.entries()) {
      (this.columns[index] as Value[]).push(value);
      this.bytes += typeof value === 'string' ? value.length * 2 + 16 : 16;
    }
    this.rows++;
    this.pending++;
    if (this.pending >= ROWS || this.bytes >= BYTES) await this.flush();
  }

  public async finish(): Promise<void> {
    if (this.pending > 0) await this.flush();
    await this.writer.finish();
  }

  private async flush(): Promise<void> {
    const columnData = this.schema.map(({ name }, index) => ({ name, data: this.columns[index] as Value[] }));
    await this.writer.write({ columnData, rowGroupSize: this.pending });
    this.columns = this.schema.map(() => []);
    this.pending = 0;
    this.bytes = 0;
  }
}

/** All columns are optional in Parquet: engines read optional and required ones alike, and a schema may relax. */
function element({ name, type, precision = 38, scale = 0 }: ColumnConfig): SchemaElement {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type) {
    case 'string':
      return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    case 'integer':
      return { ...optional, type: 'INT64' };
    case 'double':
      return { ...optional, type: 'DOUBLE' };
    case 'boolean':
      return { ...optional, type: 'BOOLEAN' };
    case 'date':
      return { ...optional, type: 'INT32', converted_type: 'DATE' };
    case 'timestamp':
      return { ...optional, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' };
    case 'decimal': {
      const decimal = { ...optional, converted_type: 'DECIMAL', precision, scale } as const;
      if (precision <= 18) return { ...decimal, type: precision <= 9 ? 'INT32' : 'INT64' };
      // the least bytes whose signed range holds all unscaled values
      const type_length = Math.ceil((precision * Math.log2(10) + 1) / 8);
      return { ...decimal, type: 'FIXED_LEN_BYTE_ARRAY', type_length };
    }
  }
}
