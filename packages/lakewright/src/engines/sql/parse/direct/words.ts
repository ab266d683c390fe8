const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** The words that cannot be a name without quotes: the grammar's keywords without its rule `nonReserved`. */
export const RESERVED = words(`
  ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH CURRENT_ROLE
  CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE
  EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN
  JSON_ARRAY JSON_EXISTS JSON_OBJECT JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL
  NORMALIZE NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE UESCAPE UNION
  UNNEST USING VALUES WHEN WHERE WITH
`);

/** What a query may start with, brackets aside. */
export const QUERY_STARTS = words('SELECT WITH VALUES TABLE');

export const INTERVAL_FIELDS = words('YEAR MONTH DAY HOUR MINUTE SECOND');

export const SET_OPERATORS = words('UNION INTERSECT EXCEPT');

/** What goes on with an expression that could end here. */
export const CONTINUES_EXPRESSION: ReadonlySet<string> = new Set([
  ...['.', '[', '+', '-', '*', '/', '%', '||', '=', '<>', '!=', '<', '<=', '>', '>=', '->'],
  ...['AND', 'OR', 'NOT', 'IN', 'IS', 'LIKE', 'BETWEEN', 'AT'],
]);
