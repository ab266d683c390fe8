import type { IncomingMessage } from 'node:http';

/** What a request says about its signer. The signature itself isn't checked: any secret key will do. */
export interface Signature {
  readonly accessKeyId?: string;
  /** Signing name of the service: `s3`, `glue`, `sts` … */
  readonly service?: string;
  readonly region?: string;
}

const CREDENTIAL = /^(.+)\/(\d{8})\/(?:([^/]*)\/)?([^/]+)\/aws4_request$/;

export function readSignature(request: IncomingMessage, url: URL): Signature {
  const header = request.headers.authorization;
  const credential = header?.startsWith('AWS4-')
    ? /Credential=([^,\s]+)/.exec(header)?.[1]
    : (url.searchParams.get('X-Amz-Credential') ?? undefined);
  if (credential !== undefined) {
    const match = CREDENTIAL.exec(credential);
    if (match === null) return {};
    // SigV4a (AWS4-ECDSA-…) has no region in its scope.
    return { accessKeyId: match[1], region: match[3], service: match[4] };
  }
  // Signature version 2, which only S3 clients ever send.
  const old = header === undefined ? undefined : /^AWS ([^:]+):/.exec(header)?.[1];
  const accessKeyId = old ?? url.searchParams.get('AWSAccessKeyId') ?? undefined;
  return accessKeyId === undefined ? {} : { accessKeyId, service: 's3' };
}
