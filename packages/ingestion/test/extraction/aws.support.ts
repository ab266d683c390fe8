import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answering } from './api.support';

/** As much of S3, Secrets Manager and Lambda as the function asks for, over HTTP: for the SDK's real clients. */
export class AwsServer {
  public readonly objects = new Map<string, { body: string; etag: string; modified: Date }>();
  public readonly secrets = new Map<string, string>();
  public invoke: (payload: unknown) => unknown = () => ({ records: [] });
  /** S3 answers 403 for what isn't there, as it does to those who may list only a prefix. */
  public hides = false;

  public get answering(): Answering {
    return (request, response, body) => {
      if (request.headers['x-amz-target']) return this.secret(response, body);
      if (request.url?.includes('/invocations')) return this.invocation(response, body);
      return this.s3(request, response, body);
    };
  }

  private secret(response: ServerResponse, body: string) {
    const SecretString = this.secrets.get(JSON.parse(body).SecretId);
    response.writeHead(SecretString === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(
      JSON.stringify(SecretString === undefined ? { __type: 'ResourceNotFoundException' } : { SecretString }),
    );
  }

  private invocation(response: ServerResponse, body: string) {
    try {
      response.end(JSON.stringify(this.invoke(JSON.parse(body))));
    } catch (error) {
      response.writeHead(200, { 'x-amz-function-error': 'Unhandled' });
      response.end(JSON.stringify({ errorType: 'Error', errorMessage: String(error) }));
    }
  }

  private s3(request: IncomingMessage, response: ServerResponse, body: string): unknown {
    const url = new URL(request.url ?? '', 'http://s3');
    const key = decodeURIComponent(url.pathname.slice(1));
    const error = (status: number, code: string) => {
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
    };
    const missing = () => (this.hides ? error(403, 'AccessDenied') : error(404, 'NoSuchKey'));
    const present = this.objects.get(key);
    const source = request.headers['x-amz-copy-source'];
    if (url.searchParams.has('list-type'))
      return this.list(response, key.replace(/\/$/, ''), url.searchParams.get('prefix') ?? '');
    if (request.method === 'GET') {
      return present ? response.writeHead(200, { etag: present.etag }).end(present.body) : missing();
    }
    if (request.method === 'DELETE') {
      this.objects.delete(key);
      return response.writeHead(204).end();
    }
    if (typeof source === 'string') {
      const from = this.objects.get(decodeURIComponent(source));
      if (!from) return missing();
      this.objects.set(key, { ...from, modified: new Date() });
      return response.end(`<CopyObjectResult><ETag>${from.etag}</ETag></CopyObjectResult>`);
    }
    const match = request.headers['if-match'];
    if (match !== undefined && !present) return error(404, 'NoSuchKey');
    if (match !== undefined && present?.etag !== match) return error(412, 'PreconditionFailed');
    if (request.headers['if-none-match'] === '*' && present) return error(412, 'PreconditionFailed');
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    this.objects.set(key, { body, etag, modified: new Date() });
    return response.writeHead(200, { etag }).end();
  }

  private list(response: ServerResponse, bucket: string, prefix: string) {
    const found = [...this.objects].filter(([key]) => key.startsWith(`${bucket}/${prefix}`));
    const contents = found.map(
      ([key, { modified }]) =>
        `<Contents><Key>${key.slice(bucket.length + 1)}</Key><LastModified>${modified.toISOString()}</LastModified></Contents>`,
    );
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`);
  }
}
