/**
 * Athena SQL on DuckDB: text → syntax tree (`parse/`) → typed tree (`analyze/`) → DuckDB SQL (`emit/`).
 *
 * For a service that runs statements:
 *
 * 1. Decide by the first words whether a statement is DDL (Hive's grammar, `ddl/`) or a query, INSERT, CREATE TABLE AS,
 *    CREATE VIEW, UNLOAD, EXPLAIN, PREPARE, EXECUTE, DEALLOCATE, DELETE, UPDATE or MERGE: the latter go to
 *    {@link parseStatement}. Comments may stand anywhere, so skip them first.
 * 2. {@link translate} the query of the statement; for INSERT and UNLOAD with a column list {@link translateInto}. Pass
 *    `parameterCount: statement.parameters` and the parsed arguments of EXECUTE as `parameters`; a text argument of the
 *    API is parsed with {@link parseExpression}.
 * 3. Call {@link warmUp} once at start-up, off the request path.
 * 4. Run the SQL with `runtime/`; the columns' types say how to render the rows (`result/`).
 */
export type * from './contract';
export { NotCoveredError, SqlError, type SqlPosition } from './errors';
export type * from './parse/ast';
export { parseExpression, parseQuery, parseStatement } from './parse/index';
export { type TranslateOptions, translate, translateInto } from './translate';
export { hiveTypeText, parseHiveType } from './types/hive';
export { physicalType } from './types/physical';
export { baseTypeName, metadataText, parseTypeText, typeText } from './types/text';
export type { RowField, ScalarKind, TrinoType } from './types/type';
export { warmUp } from './warm-up';
