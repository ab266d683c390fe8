import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorizeRoute, visibleNames } from '../../access/operations/iceberg';
import { parseLongJson, printLongJson } from '../../engines/iceberg/long-json';
import { asServiceError, reply } from '../../server/protocols/reply';
import type { HttpCall, LakeContext, ServiceFactory } from '../service';
import { ServiceError } from '../service';
import { badRequest } from './errors';
import { type Route, type RouteCall, routes } from './routes';
import { IcebergTables } from './tables';

/** Below the server's URL; no bucket's name begins with `_`. */
export const ICEBERG_PATH = '/_lakewright/iceberg';
/** The largest body: a commit with thousands of changes is some MB. */
const MOST_BYTES = 64 * 1024 * 1024;

const shared = new WeakMap<LakeContext, IcebergTables>();

/** The Iceberg tables of a lake: one for all services, since commits must meet. */
export function icebergTables(lake: LakeContext): IcebergTables {
  const known = shared.get(lake);
  if (known) return known;
  const tables = new IcebergTables(lake);
  shared.set(lake, tables);
  return tables;
}

/** Apache Iceberg's REST catalog over the Glue Data Catalog: what Spark, PyIceberg and others read and write through. */
export const iceberg: ServiceFactory = (lake) => {
  const all = routes(lake, icebergTables(lake));
  return {
    name: 'iceberg',
    protocol: {
      kind: 'http',
      path: ICEBERG_PATH,
      handle: (request, response, call) => handle(lake, all, request, response, call),
    },
    resources: {},
    operations: {},
    tasks: {},
  };
};

async function handle(
  lake: LakeContext,
  all: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
  call: HttpCall,
): Promise<void> {
  try {
    const path = decodedPath(call.url);
    const config = clientConfig(lake, request);
    if (request.method === 'GET' && path === '/v1/config') {
      return json(response, 200, { defaults: config, overrides: {}, endpoints: all.map(endpointOf) });
    }
    const head = request.method === 'HEAD';
    const found = match(all, head ? 'GET' : (request.method ?? 'GET'), path);
    if (!found) {
      throw new ServiceError(
        'UnsupportedOperationException',
        `${request.method} ${path} isn't done by Lakewright's Iceberg catalog`,
        406,
      );
    }
    const body = await bodyOf(call);
    authorizeRoute(lake, found.route, { ...found.names, body }, call.caller);
    const given = await found.route.run({ ...found.names, body, query: call.url.searchParams, config });
    const answer = visibleNames(lake, given, call.caller);
    if (head || answer === undefined) return reply(response, 204, {}, '');
    json(response, 200, answer);
  } catch (error) {
    const { code, message, status } = asServiceError(error);
    if (status >= 500) lake.host.notify({ code: 'LW_ICEBERG_FAILED', level: 'warning', text: message });
    json(response, status, { error: { message, type: code, code: status } });
  }
}

const json = (response: ServerResponse, status: number, value: unknown): void =>
  reply(response, status, { 'content-type': 'application/json' }, printLongJson(value));

/** Without the prefix; also below `/iceberg`, where Glue's own REST endpoint is. */
function decodedPath(url: URL): string {
  return url.pathname.replace(/^\/(?:_lakewright\/)?iceberg/, '').replace(/\/+$/, '');
}

function match(
  all: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly names: Pick<RouteCall, 'namespace' | 'table'> } | undefined {
  const given = path.split('/').slice(2);
  for (const route of all) {
    const wanted = route.path.split('/').slice(1);
    if (route.method !== method || wanted.length !== given.length) continue;
    if (!wanted.every((part, index) => part.startsWith('{') || part === given[index])) continue;
    const named = (name: string) => {
      const at = wanted.indexOf(`{${name}}`);
      return at < 0 ? '' : decodeURIComponent(given[at] as string).toLowerCase();
    };
    return { route, names: { namespace: named('namespace'), table: named('table') } };
  }
  return undefined;
}

const endpointOf = ({ method, path }: Route): string => `${method} /v1/{prefix}${path}`;

async function bodyOf(call: HttpCall): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of call.body) {
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) throw badRequest(`the body is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return parseLongJson(text);
  } catch {
    throw badRequest('the body is not JSON');
  }
}

/** How clients reach the files: through the S3 endpoint of the same server, whatever it was called. */
function clientConfig(lake: LakeContext, request: IncomingMessage): Record<string, string> {
  return {
    's3.endpoint': `http://${request.headers.host ?? '127.0.0.1'}`,
    's3.path-style-access': 'true',
    's3.region': lake.region,
    'client.region': lake.region,
  };
}
