import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBListValue,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  LIST,
  VARCHAR,
} from '@duckdb/node-api';
import { noteEscape } from './escapes';
import type { ScalarFunction, ScalarType, ScalarValue, SupportFunctions } from './support';

const TYPES: Readonly<Record<ScalarType, DuckDBType>> = {
  VARCHAR,
  BIGINT,
  DOUBLE,
  FLOAT,
  BLOB,
  BOOLEAN,
  'DOUBLE[]': LIST(DOUBLE),
  'BIGINT[]': LIST(BIGINT),
  'VARCHAR[]': LIST(VARCHAR),
  'BLOB[]': LIST(BLOB),
};

/** Registers functions and creates macros. They belong to the instance: every connection sees them. */
export async function installSupport(connection: DuckDBConnection, support: SupportFunctions): Promise<void> {
  for (const scalar of support.scalars) connection.registerScalarFunction(toDuckDb(scalar));
  for (const macro of support.macros) await connection.run(`CREATE MACRO ${macro}`);
}

function toDuckDb({ name, parameters, result, nulls, run }: ScalarFunction): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    returnType: TYPES[result],
    parameterTypes: parameters.map((type) => TYPES[type]),
    specialHandling: nulls === 'own',
    mainFunction: (info, input, output) => {
      try {
        const columns = parameters.map((_, i) => input.getColumnVector(i));
        const args: unknown[] = new Array(parameters.length);
        for (let row = 0; row < input.rowCount; row++) {
          let anyNull = false;
          columns.forEach((column, i) => {
            const value = column.getItem(row);
            if (value === null) anyNull = true;
            args[i] = toJavaScript(value);
          });
          const value: ScalarValue = anyNull && nulls === 'strict' ? null : run(...args);
          output.setItem(row, value instanceof Uint8Array ? new DuckDBBlobValue(new Uint8Array(value)) : value);
        }
        output.flush();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        noteEscape(name, message);
        info.setError(message);
      }
    },
  });
}

function toJavaScript(value: DuckDBValue): unknown {
  if (value instanceof DuckDBBlobValue) return value.bytes;
  return value instanceof DuckDBListValue ? value.items.map(toJavaScript) : value;
}
