import { isIPv6 } from 'node:net';
import { invalidArgument, type ScalarFunction, scalar } from '../support';

/** The parts of a URI by the rules of `java.net.URI`; undefined where the URI has none. */
interface Uri {
  readonly scheme?: string;
  readonly host?: string;
  readonly port?: string;
  readonly path?: string;
  readonly query?: string;
  readonly fragment?: string;
}

/** Characters that no part of a URI may have, and a percent sign that begins no escape. */
const ILLEGAL = /[\p{Cc}\p{Z}"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/u;
const HOST_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?$/;
const IPV4 = /^\d+(?:\.\d+){3}$/;
const MAX_PORT = 2_147_483_647;

function parseUri(text: string): Uri | undefined {
  // The zone of an address in brackets may follow a bare percent sign.
  if (ILLEGAL.test(text.replace(/^([^/?#]*:\/\/[^/?#]*\[[0-9A-Fa-f:.]*)%/, '$1'))) return undefined;
  const match = /^(?:([^:/?#]*):)?([^#]*)(?:#(.*))?$/s.exec(text);
  if (!match) return undefined;
  const [, scheme, body = '', fragment] = match;
  if (scheme !== undefined && (!/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme) || body === '')) return undefined;
  if (fragment?.includes('#')) return undefined;
  // Opaque: mailto:a@b.example
  if (scheme !== undefined && !body.startsWith('/')) return { scheme, fragment };
  return parseHierarchical(body, { scheme, fragment });
}

function parseHierarchical(body: string, rest: Uri): Uri | undefined {
  const match = /^(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s.exec(body);
  if (!match) return undefined;
  const [, authority, path = '', query] = match;
  if (/[[\]]/.test(path)) return undefined;
  if (authority === '' && path === '' && query === undefined && rest.fragment === undefined) return undefined;
  const server = parseAuthority(authority ?? '');
  return server && { ...rest, ...server, path, query };
}

/**
 * An authority that names no server (`my_host:80`) is allowed, but has neither host nor port. Brackets stand around an
 * address or make the URI a wrong one (undefined).
 */
function parseAuthority(authority: string): Pick<Uri, 'host' | 'port'> | undefined {
  const match = /^(?:[^@[\]]*@)?(\[[^[\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(authority);
  const [, host = '', port = ''] = match ?? [];
  if (match && isHost(host) && Number(port) <= MAX_PORT) return { host, port: port === '' ? undefined : port };
  return /[[\]]/.test(authority) ? undefined : {};
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1).replace(/%[A-Za-z0-9_.]+$/, ''));
  if (IPV4.test(host)) return host.split('.').every((byte) => Number(byte) <= 255);
  return HOST_NAME.test(host);
}

/** Java replaces escapes that are no UTF-8 by U+FFFD, a surrogate's three bytes by one. */
function decodeEscapes(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex').toString('latin1');
    return Buffer.from(bytes.replace(/\xed[\xa0-\xbf][\x80-\xbf]?/g, '\xff'), 'latin1').toString('utf8');
  });
}

/** `URLDecoder`: plus is a blank; a wrong escape fails. */
function decodeForm(text: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) {
    invalidArgument('URLDecoder: Illegal hex characters in escape (%) pattern');
  }
  return decodeEscapes(text.replaceAll('+', ' '));
}

function parameter(query: string | undefined, name: string): string | null {
  if (query === undefined) return null;
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    if ((equals < 0 ? pair : pair.slice(0, equals)) === name)
      return equals < 0 ? '' : decodeForm(pair.slice(equals + 1));
  }
  return null;
}

/** `part` of `url`; text that is no URL gives NULL. */
function partOf(url: string, part: string, name: string): string | null {
  const uri = parseUri(url);
  if (!uri) return null;
  switch (part) {
    case 'protocol':
      return uri.scheme ?? '';
    case 'host':
      return uri.host ?? '';
    case 'port':
      return uri.port ?? null;
    case 'path':
      return decodeEscapes(uri.path ?? '');
    case 'query':
      return decodeEscapes(uri.query ?? '');
    case 'fragment':
      return decodeEscapes(uri.fragment ?? '');
    default:
      return parameter(uri.query, name);
  }
}

/** Guava's form escaper, which Trino uses: `*-._` and alphanumerics stay, a blank is a plus. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Parts of URLs, and URL encoding. */
export const urlScalars: readonly ScalarFunction[] = [
  scalar('lw_url', ['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', partOf),
  scalar('lw_url_encode', ['VARCHAR'], 'VARCHAR', encode),
  scalar('lw_url_decode', ['VARCHAR'], 'VARCHAR', decodeForm),
];
