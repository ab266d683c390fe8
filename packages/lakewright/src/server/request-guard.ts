import type { IncomingMessage } from 'node:http';

const LOCAL_NAME = /^(localhost|127\.0\.0\.1|\[::1\]|([a-z0-9_-]+\.)*[a-z0-9_.-]*[a-z0-9_-]\.localhost)$/;

/**
 * Why a request is refused, or undefined.
 *
 * The server answers this machine's programs only. A web page that the user happens to visit can reach the port too,
 * under a name of its own that resolves to 127.0.0.1, or by a cross-site request: both show in the headers.
 */
export function refusal(request: IncomingMessage): string | undefined {
  const host = hostName(request.headers.host);
  if (host === undefined || !LOCAL_NAME.test(host)) {
    return `the Host header is "${request.headers.host ?? ''}" → lakewright answers to localhost, 127.0.0.1, [::1] and *.localhost → use one of these in the endpoint URL`;
  }
  const { origin } = request.headers;
  if (origin !== undefined && !isOwnOrigin(origin, request)) {
    return `the request comes from a web page of "${origin}" → lakewright answers its own pages and programs only`;
  }
  const site = request.headers['sec-fetch-site'];
  const navigation = request.headers['sec-fetch-mode'] === 'navigate' && request.method === 'GET';
  if (origin === undefined && site === 'cross-site' && !navigation) {
    return 'the request comes from a web page of another site → lakewright answers its own pages and programs only';
  }
  return undefined;
}

/** Lower case, without the port. */
export function hostName(header: string | undefined): string | undefined {
  return /^(\[[0-9a-fA-F:]+\]|[^:]+)(:\d+)?$/.exec(header ?? '')?.[1]?.toLowerCase();
}

/** `raw.localhost`, `raw.s3.localhost` and `raw.s3.eu-west-1.localhost` name the bucket `raw`; `s3.localhost` names none. */
export function bucketOfHost(header: string | undefined): string | undefined {
  const name = /^(.+)\.localhost$/.exec(hostName(header) ?? '')?.[1];
  if (name === undefined || /^s3([.-][a-z0-9-]+)?$/.test(name)) return undefined;
  return name.replace(/\.s3([.-][a-z0-9-]+)?$/, '');
}

function isOwnOrigin(origin: string, request: IncomingMessage): boolean {
  const port = request.socket.localPort;
  const match = /^http:\/\/(\[[0-9a-fA-F:]+\]|[^:/]+):(\d+)$/.exec(origin);
  return match !== null && LOCAL_NAME.test(match[1].toLowerCase()) && Number(match[2]) === port;
}
