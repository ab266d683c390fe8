import type { FunctionArea } from './entry';
import { longest, textLength } from './string';

/** Parts of URLs, by the rules of Java's `java.net.URI`. */
export const url: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/url.html',
  scalar: {
    'url_extract_protocol(varchar(n)): varchar(n)': "lw_url($1, 'protocol', '')",
    'url_extract_host(varchar(n)): varchar(n)': "lw_url($1, 'host', '')",
    'url_extract_port(varchar): bigint': "CAST(lw_url($1, 'port', '') AS BIGINT)",
    'url_extract_path(varchar(n)): varchar(n)': "lw_url($1, 'path', '')",
    'url_extract_query(varchar(n)): varchar(n)': "lw_url($1, 'query', '')",
    'url_extract_fragment(varchar(n)): varchar(n)': "lw_url($1, 'fragment', '')",
    'url_extract_parameter(varchar(n), varchar): varchar(n)': "lw_url($1, 'param', $2)",
    'url_encode(varchar(n)): varchar': {
      sql: 'lw_url_encode($1)',
      type: ({ types }) => longest(textLength(types[0]) * 12),
    },
    'url_decode(varchar(n)): varchar(n)': 'lw_url_decode($1)',
  },
};
