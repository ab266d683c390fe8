import { type ErrorModel, TOKEN_HEADER } from '../src/console/contract';

const token = document.querySelector<HTMLMetaElement>('meta[name=lakewright-token]')?.content ?? '';

/** What the server answered instead of what was asked for. */
export class ApiError extends Error {
  public constructor(
    public readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** `path` below `api/`; its parts must be encoded. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return await answer<T>(() => fetch(`api/${path}`, { signal, headers: { accept: 'application/json' } }));
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  const headers = { 'content-type': 'application/json', [TOKEN_HEADER]: token };
  return await answer<T>(() => fetch(`api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answer<T>(ask: () => Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await ask();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('ServerGone', '“lakewright serve” doesn’t answer. Start it again; the page goes on by itself.');
  }
  const body = await response.json().catch(() => ({ code: 'InternalError', message: `${response.status}` }));
  if (response.ok) return body as T;
  const { code, message } = body as ErrorModel;
  throw new ApiError(code, message);
}

/** For parts of a path. */
export const part = encodeURIComponent;
