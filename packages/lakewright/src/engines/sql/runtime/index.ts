export { canonicalZone as zoneId } from '../types/zone';
export { type CsvOptions, DuckDbEngine, type RowsOptions, type RowsResult, type StatementOptions } from './engine';
export { StatementCancelledError, StatementTimeoutError } from './failure';
export type { Cell, DuckDbOptions } from './protocol';
export { parseSqlJsonPath, type SqlJsonPath } from './scalars/json-path-parse';
export type { ScalarFunction, SupportFunctions } from './support';
export { vocabulary } from './vocabulary';
