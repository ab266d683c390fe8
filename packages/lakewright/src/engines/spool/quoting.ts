/** A DuckDB name. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A DuckDB text. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
