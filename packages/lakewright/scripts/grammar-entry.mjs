// What the runtime needs of dt-sql-parser: the two grammars and the ANTLR runtime, without the other dialects.
export * as antlr from 'antlr4ng';
export { HiveSqlLexer } from 'dt-sql-parser/dist/lib/hive/HiveSqlLexer.js';
export { HiveSqlParser } from 'dt-sql-parser/dist/lib/hive/HiveSqlParser.js';
export { TrinoSqlLexer } from 'dt-sql-parser/dist/lib/trino/TrinoSqlLexer.js';
export { TrinoSqlParser } from 'dt-sql-parser/dist/lib/trino/TrinoSqlParser.js';
