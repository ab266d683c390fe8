import type { AuthConfiguration } from '../../src/private/extraction-configuration';
import { ExtractionRefused } from './failure';
import { type HttpClient, place, refusal } from './http';
import { parseJson } from './json';

/** What every request carries. */
export interface Credentials {
  readonly headers: Record<string, string>;
  readonly parameters: Record<string, string>;
  /** What no message may show. */
  readonly secrets: readonly string[];
  /** Whether another try may bring other credentials. */
  readonly renewable: boolean;
}

/** Reads the secret, and asks for a token where one is needed. `locate`: where a URL is really sent. */
export class Authenticator {
  public constructor(
    private readonly auth: AuthConfiguration | undefined,
    private readonly readSecret: (arn: string) => Promise<string>,
    private readonly http: HttpClient,
    private readonly locate: (url: string) => string,
  ) {}

  public async credentials(): Promise<Credentials> {
    const { auth } = this;
    if (!auth) return { headers: {}, parameters: {}, secrets: [], renewable: false };
    const text = await this.readSecret(auth.secret);
    if (auth.kind === 'basic') {
      const [name, password] = [field(text, 'username', auth.secret), field(text, 'password', auth.secret)];
      const encoded = Buffer.from(`${name}:${password}`).toString('base64');
      return header('authorization', `Basic ${encoded}`, [password, encoded]);
    }
    if (auth.kind === 'oauth2') {
      const token = await this.token(auth, text);
      return { ...header('authorization', `Bearer ${token.value}`, [token.value, token.secret]), renewable: true };
    }
    const value = auth.field === undefined ? text.trim() : field(text, auth.field, auth.secret);
    if (auth.kind === 'query') {
      return { headers: {}, parameters: { [auth.name]: value }, secrets: [value], renewable: false };
    }
    return auth.kind === 'bearer'
      ? header('authorization', `Bearer ${value}`, [value])
      : header(auth.name, value, [value]);
  }

  private async token(
    auth: AuthConfiguration & { kind: 'oauth2' },
    text: string,
  ): Promise<{ value: string; secret: string }> {
    const id = field(text, auth.idField, auth.secret);
    const secret = field(text, auth.secretField, auth.secret);
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (auth.scope) form.set('scope', auth.scope);
    if (auth.audience) form.set('audience', auth.audience);
    // RFC 6749, 2.3.1: both are form-encoded before they are joined
    const pair = [id, secret].map((part) => new URLSearchParams({ v: part }).toString().slice(2)).join(':');
    const encoded = Buffer.from(pair).toString('base64');
    const answer = await this.http.send(this.locate(auth.tokenUrl), {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${encoded}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
    });
    const secrets = [secret, encoded];
    // a wrong client is answered with 400 or 401
    if (answer.status === 400) throw refusal(auth.tokenUrl, { ...answer, status: 401 }, secrets);
    if (answer.status < 200 || answer.status > 299) throw refusal(auth.tokenUrl, answer, secrets);
    const token = accessToken(answer.text);
    if (token !== undefined) return { value: token, secret };
    throw new ExtractionRefused(
      'NoAccessToken',
      `${place(auth.tokenUrl)} answered ${answer.status} without "access_token"`,
      'JSON with an access token, as RFC 6749 has it',
      'see whether tokenUrl is the address where tokens are had',
    );
  }
}

function accessToken(text: string): string | undefined {
  try {
    const { access_token: token } = parseJson(text) as { access_token?: unknown };
    return typeof token === 'string' && token !== '' ? token : undefined;
  } catch {
    return undefined;
  }
}

function header(name: string, value: string, secrets: string[]): Credentials {
  if (/[\r\n\0]/.test(value)) {
    throw new ExtractionRefused(
      'InvalidSecret',
      'the secret has a line break in it',
      'one line, as it goes into a header',
      'store the value without line breaks',
    );
  }
  return { headers: { [name]: value }, parameters: {}, secrets, renewable: false };
}

function field(text: string, name: string, arn: string): string {
  let value: unknown;
  try {
    value = (JSON.parse(text) as Record<string, unknown> | null)?.[name];
  } catch {
    value = undefined; // the message of the parser would show the secret
  }
  if (typeof value === 'string' && value !== '') return value;
  throw new ExtractionRefused(
    'InvalidSecret',
    `the secret ${arn} has no text "${name}"`,
    `JSON with the field "${name}"`,
    'store it so, or name the field in RestAuth',
  );
}
