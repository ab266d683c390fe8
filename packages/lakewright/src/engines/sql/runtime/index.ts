export { type CsvOptions, DuckDbEngine, type RowsOptions, type RowsResult, type StatementOptions } from './engine';
export { StatementCancelledError, StatementTimeoutError } from './failure';
export type { Cell, DuckDbOptions } from './protocol';
export { parseSqlJsonPath, type SqlJsonPath, type SqlJsonStep } from './scalars/sql-json';
export { zoneId } from './scalars/time-fields';
export type { ScalarFunction, SupportFunctions } from './support';
export { vocabulary } from './vocabulary';
