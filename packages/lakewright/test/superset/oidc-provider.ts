import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OidcProvider {
  readonly issuer: string;
  /** Who logs in next: claims of the id token. */
  person: Record<string, unknown>;
  /** Claims that only the userinfo endpoint says. */
  extra: Record<string, unknown>;
  stop(): void;
}

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A provider of log-ins that asks nobody: OpenID Connect's code flow, with signed id tokens. */
export async function startOidcProvider(clientId: string): Promise<OidcProvider> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' };
  const nonces = new Map<string, string>();
  const provider = { issuer: '', person: {}, extra: {} } as { -readonly [K in keyof OidcProvider]: OidcProvider[K] };
  const idToken = (nonce: string | undefined): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: provider.issuer, aud: clientId, iat: now, exp: now + 300, nonce, ...provider.person };
    const signed = `${base64({ alg: 'RS256', kid: 'k' })}.${base64(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', provider.issuer);
    const body = new URLSearchParams(await new Response(request as unknown as ReadableStream).text());
    const json = (value: unknown) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    const answers: Record<string, () => unknown> = {
      '/.well-known/openid-configuration': () =>
        json({
          issuer: provider.issuer,
          authorization_endpoint: `${provider.issuer}/authorize`,
          token_endpoint: `${provider.issuer}/token`,
          userinfo_endpoint: `${provider.issuer}/userinfo`,
          jwks_uri: `${provider.issuer}/jwks`,
          id_token_signing_alg_values_supported: ['RS256'],
        }),
      '/authorize': () => {
        const back = new URL(url.searchParams.get('redirect_uri') ?? '');
        const code = randomUUID();
        nonces.set(code, url.searchParams.get('nonce') ?? '');
        back.searchParams.set('code', code);
        back.searchParams.set('state', url.searchParams.get('state') ?? '');
        response.writeHead(302, { Location: back.href }).end();
      },
      '/token': () => {
        const id_token = idToken(nonces.get(body.get('code') ?? ''));
        json({ access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token });
      },
      '/userinfo': () => json({ ...provider.person, ...provider.extra }),
      '/jwks': () => json({ keys: [jwk] }),
    };
    const answer = answers[url.pathname];
    if (answer) answer();
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider.stop = () => void server.close();
  return provider;
}

/** Logs in as a browser does, and gives its cookies. */
export async function logInByProvider(superset: string, publicUrl: string): Promise<Record<string, string>> {
  const cookies = new Map<string, string>();
  const { host } = new URL(publicUrl);
  const headers = () => ({
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': host,
    Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  });
  const visit = async (url: string): Promise<string> => {
    const here = url.replace(publicUrl, superset);
    const response = await fetch(here, { headers: headers(), redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    return response.headers.get('location') ?? '';
  };
  const atProvider = await visit(`${publicUrl}/login/oidc`);
  const back = (await fetch(atProvider, { redirect: 'manual' })).headers.get('location') ?? '';
  await visit(back);
  return headers();
}
