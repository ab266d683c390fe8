import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller, Operation, Service } from '../services/service';
import type { Target } from './dispatch';
import { parseCborInput, parseJsonInput, replyCbor, replyCborError, replyJson, replyJsonError } from './protocols/json';
import { parseQueryInput, replyQuery, replyQueryError } from './protocols/query';
import { rawInput, replyRaw } from './protocols/raw';
import { replyXmlError, unknownOperation } from './protocols/reply';
import { matchRoute } from './protocols/rest-json';
import { openObjectBody, readSmallBody } from './request-body';
import { bucketOfHost } from './request-guard';

/** Runs the operation that a request asks for, and answers in the form that its client expects. */
export async function answer(
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  caller: () => Caller,
  requestId: string,
  report: (error: unknown) => void,
): Promise<void> {
  switch (target.kind) {
    case 'json': {
      const { version } = target.protocol;
      return guarded(
        async () => {
          const operation = find(target.service, target.operation);
          const input = parseJsonInput(await readSmallBody(request));
          replyJson(response, version, requestId, await operation(input, caller()));
        },
        (error) => replyJsonError(response, version, requestId, error),
        report,
      );
    }
    case 'cbor':
      return guarded(
        async () => {
          const operation = find(target.service, target.operation);
          const input = parseCborInput(await readSmallBody(request));
          replyCbor(response, requestId, await operation(input, caller()));
        },
        (error) => replyCborError(response, requestId, error),
        report,
      );
    case 'query': {
      const { xmlns } = target.protocol;
      return guarded(
        async () => {
          const body = (await readSmallBody(request)).toString('utf8');
          const { action, input } = parseQueryInput(new URLSearchParams(body === '' ? url.search : body));
          const operation = find(target.service, action);
          replyQuery(response, action, xmlns, requestId, await operation(input, caller()));
        },
        (error) => replyQueryError(response, xmlns, requestId, error),
        report,
      );
    }
    case 'rest-json':
      return guarded(
        async () => {
          const path = (request.url ?? '/').split('?')[0];
          const match = matchRoute(target.protocol.routes, request.method ?? 'GET', path, url.searchParams);
          if (match === undefined) throw unknownOperation(target.service.name, `${request.method} ${path}`);
          const operation = find(target.service, match.operation);
          const body = await readSmallBody(request);
          if (match.raw) {
            const input = { ...rawInput(match.raw, request, body), ...match.fields };
            replyRaw(response, match.raw, requestId, (await operation(input, caller())) ?? {});
            return;
          }
          const input = { ...parseJsonInput(body), ...match.fields };
          replyJson(response, '', requestId, await operation(input, caller()));
        },
        (error) => replyJsonError(response, '', requestId, error),
        report,
      );
    case 'http':
      return guarded(
        async () => {
          const { body, checksums } = openObjectBody(request, url);
          const hostBucket = bucketOfHost(request.headers.host);
          await target.protocol.handle(request, response, { caller: caller(), url, hostBucket, body, checksums });
        },
        (error) => replyXmlError(response, requestId, error),
        report,
      );
    case 'unknown': {
      const error = unknownOperation(target.service, target.operation);
      report(error);
      if (target.form === 'cbor') return replyCborError(response, requestId, error);
      if (target.form === 'xml') return replyQueryError(response, '', requestId, error);
      return replyJsonError(response, '1.1', requestId, error);
    }
  }
}

function find(service: Service, operation: string): Operation {
  if (Object.hasOwn(service.operations, operation)) return service.operations[operation];
  throw unknownOperation(service.name, operation);
}

async function guarded(
  run: () => Promise<void>,
  replyError: (error: unknown) => void,
  report: (error: unknown) => void,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    report(error);
    replyError(error);
  }
}
