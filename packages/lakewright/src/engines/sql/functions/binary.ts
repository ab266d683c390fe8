import type { BehaviourSpec, FunctionArea } from './entry';

/** Java has no empty key: Trino fails. */
const hmac = (algorithm: string): BehaviourSpec => ({
  sql: `lw_hmac('${algorithm}', $1, $2)`,
  errors: [{ when: 'octet_length($2) = 0', name: 'GENERIC_INTERNAL_ERROR', message: 'Empty key' }],
});

/** Varbinary: encodings, hashes, checksums. */
export const binary: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/binary.html',
  scalar: {
    'length(varbinary): bigint': 'octet_length($1)',
    'reverse(varbinary): varbinary': 'lw_breverse($1)',
    'concat(varbinary, varbinary...): varbinary': { sql: ({ args }) => `(${args.join(' || ')})` },
    'substr(varbinary, bigint): varbinary': 'lw_bsubstr($1, $2, 9223372036854775807)',
    'substr(varbinary, bigint, bigint): varbinary': 'lw_bsubstr($1, $2, $3)',
    'lpad(varbinary, bigint, varbinary): varbinary': 'lw_bpad($1, $2, $3, true)',
    'rpad(varbinary, bigint, varbinary): varbinary': 'lw_bpad($1, $2, $3, false)',
    'md5(varbinary): varbinary': "lw_hash('md5', $1)",
    'sha1(varbinary): varbinary': "lw_hash('sha1', $1)",
    'sha256(varbinary): varbinary': "lw_hash('sha256', $1)",
    'sha512(varbinary): varbinary': "lw_hash('sha512', $1)",
    'hmac_md5(varbinary, varbinary): varbinary': hmac('md5'),
    'hmac_sha1(varbinary, varbinary): varbinary': hmac('sha1'),
    'hmac_sha256(varbinary, varbinary): varbinary': hmac('sha256'),
    'hmac_sha512(varbinary, varbinary): varbinary': hmac('sha512'),
    'crc32(varbinary): bigint': 'lw_crc32($1)',
    'xxhash64(varbinary): varbinary': 'lw_xxhash64($1)',
    'murmur3(varbinary): varbinary': 'lw_murmur3($1)',
    'spooky_hash_v2_32(varbinary): varbinary': 'lw_spooky32($1)',
    'spooky_hash_v2_64(varbinary): varbinary': 'lw_spooky64($1)',
    'to_hex(varbinary): varchar': 'hex($1)',
    'from_hex(varchar): varbinary': 'lw_from_hex($1)',
    'from_hex(varbinary): varbinary': "lw_from_hex(lw_from_utf8($1, '?'))",
    'to_base64(varbinary): varchar': 'to_base64($1)',
    'from_base64(varchar): varbinary': 'lw_from_base64($1, false)',
    'from_base64(varbinary): varbinary': "lw_from_base64(lw_from_utf8($1, '?'), false)",
    'to_base64url(varbinary): varchar': "replace(replace(to_base64($1), '+', '-'), '/', '_')",
    'from_base64url(varchar): varbinary': 'lw_from_base64($1, true)',
    'from_base64url(varbinary): varbinary': "lw_from_base64(lw_from_utf8($1, '?'), true)",
    'to_base32(varbinary): varchar': 'lw_to_base32($1)',
    'from_base32(varchar): varbinary': 'lw_from_base32($1)',
    'from_base32(varbinary): varbinary': "lw_from_base32(lw_from_utf8($1, '?'))",
    'to_big_endian_32(integer): varbinary': "unhex(printf('%08x', CAST($1 AS BIGINT) & 4294967295))",
    'from_big_endian_32(varbinary): integer': 'CAST(lw_from_be($1, 4::BIGINT) AS INTEGER)',
    'to_big_endian_64(bigint): varbinary': 'lw_to_be($1)',
    'from_big_endian_64(varbinary): bigint': 'lw_from_be($1, 8::BIGINT)',
    'to_ieee754_32(real): varbinary': 'lw_ieee(CAST($1 AS DOUBLE), 4::BIGINT)',
    'to_ieee754_64(double): varbinary': 'lw_ieee($1, 8::BIGINT)',
    'from_ieee754_32(varbinary): real': 'CAST(lw_from_ieee($1, 4::BIGINT) AS FLOAT)',
    'from_ieee754_64(varbinary): double': 'lw_from_ieee($1, 8::BIGINT)',
  },
};
