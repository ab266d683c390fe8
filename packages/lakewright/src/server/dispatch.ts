import type { IncomingMessage } from 'node:http';
import type { Protocol, Service } from '../services/service';
import type { Signature } from './signature';

type Kind<K extends Protocol['kind']> = Extract<Protocol, { kind: K }>;

/** https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
const RPC_PATH = /^\/service\/([^/]+)\/operation\/([^/?]+)/;

/** Where a request goes. */
export type Target =
  | { readonly kind: 'json'; readonly service: Service; readonly protocol: Kind<'json'>; readonly operation: string }
  /** A JSON service's operation, its input and output in CBOR. */
  | { readonly kind: 'cbor'; readonly service: Service; readonly operation: string }
  | { readonly kind: 'query'; readonly service: Service; readonly protocol: Kind<'query'> }
  | { readonly kind: 'rest-json'; readonly service: Service; readonly protocol: Kind<'rest-json'> }
  | { readonly kind: 'http'; readonly service: Service; readonly protocol: Kind<'http'> }
  /** A service that nobody here plays; the form is the one in which its client expects an answer. */
  | {
      readonly kind: 'unknown';
      readonly form: 'json' | 'xml' | 'cbor';
      readonly service: string;
      readonly operation: string;
    };

/**
 * One port for all services: JSON services say who is meant by `X-Amz-Target`, the others by the service in their
 * signature; what is left is S3's, which has unsigned requests.
 */
export function findTarget(services: readonly Service[], request: IncomingMessage, signature: Signature): Target {
  const below = services.find((service) => isBelow(service, request, signature));
  if (below?.protocol?.kind === 'http') return { kind: 'http', service: below, protocol: below.protocol };
  const rpc = RPC_PATH.exec(request.url ?? '');
  if (rpc !== null && request.headers['smithy-protocol'] === 'rpc-v2-cbor') {
    const [, shape, operation] = rpc;
    const service = services.find(({ protocol }) => protocol?.kind === 'json' && protocol.target === shape);
    if (service !== undefined) return { kind: 'cbor', service, operation };
    return { kind: 'unknown', form: 'cbor', service: signature.service ?? shape, operation };
  }
  const header = request.headers['x-amz-target'];
  if (typeof header === 'string') return findJsonTarget(services, header, signature);
  const isForm = String(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const named = services.find(({ name, protocol }) => name === signature.service && protocol !== undefined);
  const service =
    named ??
    (signature.service === undefined && isForm
      ? services.find(({ protocol }) => protocol?.kind === 'query')
      : undefined) ??
    (signature.service === undefined || signature.service === 's3' ? services.find(isHttp) : undefined);
  const unknown = { kind: 'unknown', service: signature.service ?? 's3', operation: describe(request) } as const;
  if (service?.protocol === undefined) return { ...unknown, form: isForm ? 'xml' : 'json' };
  const { protocol } = service;
  if (protocol.kind === 'json') return { ...unknown, form: 'json' };
  return { kind: protocol.kind, service, protocol } as Target;
}

function findJsonTarget(services: readonly Service[], header: string, signature: Signature): Target {
  const dot = header.lastIndexOf('.');
  const prefix = header.slice(0, Math.max(dot, 0));
  const operation = header.slice(dot + 1);
  for (const service of services) {
    const { protocol } = service;
    if (protocol?.kind === 'json' && protocol.target === prefix) return { kind: 'json', service, protocol, operation };
  }
  return { kind: 'unknown', form: 'json', service: signature.service ?? prefix, operation };
}

function isHttp({ protocol }: Service): boolean {
  return protocol?.kind === 'http' && protocol.path === undefined;
}

/** A service with a path of its own; Glue's Iceberg endpoint is recognised by its signature, as no bucket is meant. */
function isBelow({ protocol }: Service, request: IncomingMessage, signature: Signature): boolean {
  if (protocol?.kind !== 'http' || protocol.path === undefined) return false;
  const url = request.url ?? '';
  if (url.startsWith(`${protocol.path}/`)) return true;
  return signature.service === 'glue' && url.startsWith('/iceberg/') && protocol.path.endsWith('/iceberg');
}

function describe(request: IncomingMessage): string {
  return `${request.method} ${(request.url ?? '').split('?')[0]}`;
}
