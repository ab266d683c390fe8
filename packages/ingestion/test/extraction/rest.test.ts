import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Api, extractFrom, GOOD, inTurn, json, text, URL_OF_API } from './api.support';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
beforeEach(() => {
  api.requests.length = 0;
});
afterAll(() => api.end());

describe('an answer that is not what it should be is refused, with what to do, and nothing is written', () => {
  test.each([
    [
      'malformed JSON',
      text('[{"id": 1,'),
      /^MalformedJson: .* content type "application\/json": \[\{"id": 1, → JSON →/,
    ],
    [
      'a page for people',
      text('<html>\n  Login</html>', 200, 'text/html'),
      /^NotJson: .*"text\/html": <html> Login<\/html> →/,
    ],
    [
      'no list',
      json({ error: 'none', page: 2 }),
      /^RecordsMissing: .*"\(the answer itself\)"; it has the fields "error", "page" →/,
    ],
    ['a text', json('soon'), /^RecordsMissing: .*it is "soon" →/],
    [
      'wrong credentials',
      json({ message: 'who are you?' }, 401),
      /^Unauthorized: .* answered 401: \{"message":"who are you\?"\}/,
    ],
    ['forbidden', text('', 403), /^Unauthorized: .* answered 403: an empty body/],
    ['a bad request', json({ message: 'since?' }, 400), /^SourceRefused: .* answered 400: .*since\?/],
    [
      'a redirect',
      json({}, 302, { location: '/v2/things?x=1' }),
      /^Redirected: .*leads to https:\/\/api.example.com\/v2\/things →/,
    ],
    [
      'records without the field',
      json([{ id: 1, changed: 2 }]),
      /^NoWatermarkField: none of 1 records .*"modified".*"id", "changed"/,
    ],
  ])('%s', async (_, answer, message) => {
    api.answer = answer;
    const { failure, store } = await extractFrom(api);
    expect(failure?.message).toMatch(message);
    expect(failure?.name).toBe('ExtractionRefused');
    expect(api.requests).toHaveLength(1);
    expect([...store.objects.keys()]).toEqual([]);
  });

  test('a list that stands elsewhere', async () => {
    api.answer = json({ data: { rows: [] } });
    const { failure } = await extractFrom(api, { recordsPath: 'data.items' });
    expect(failure?.message).toMatch(/no list of records at "data.items"; it has the fields "data"/);
  });
});

describe('a failure of the moment', () => {
  test.each([429, 500, 502, 503, 504, 408])(
    'status %i is tried again, with longer and longer pauses',
    async (status) => {
      api.answer = inTurn(text('busy', status), text('busy', status), json([GOOD]));
      const { report, waits } = await extractFrom(api);
      expect(report).toMatchObject({ rows: 1, requests: 3 });
      expect(waits).toEqual([1000, 2000]);
    },
  );

  test('that lasts fails the run, so that it is repeated', async () => {
    api.answer = text('out of order', 500);
    const { failure, store } = await extractFrom(api);
    expect(failure?.name).toBe('ExtractionFailed');
    expect(failure?.message).toMatch(/^SourceUnavailable: .* answered 500: out of order → .* → run again later/);
    expect(api.requests).toHaveLength(3);
    expect([...store.objects.keys()]).toEqual([]);
  });

  test('pauses as long as the API asks for, in seconds or until a time', async () => {
    const until = { 'retry-after': 'Sun, 01 Mar 2026 00:01:30 GMT' };
    api.answer = inTurn(json({}, 429, { 'retry-after': '7' }), json({}, 429, until), json([GOOD]));
    expect((await extractFrom(api)).waits).toEqual([7000, 30_000]);
  });

  test('does not pause for an hour: the run is to be repeated then', async () => {
    api.answer = json({}, 429, { 'retry-after': '3600' });
    const { failure, waits } = await extractFrom(api);
    expect(failure?.message).toMatch(/^SourceUnavailable: .* 429/);
    expect(waits).toEqual([]);
  });

  test('no answer within the timeout is tried again', async () => {
    api.answer = inTurn(() => {}, json([GOOD]));
    const { report } = await extractFrom(api, { timeoutSeconds: 0.2 });
    expect(report).toMatchObject({ rows: 1, requests: 2 });
    api.answer = () => {};
    const { failure } = await extractFrom(api, { timeoutSeconds: 0.1 });
    expect(failure?.message).toMatch(/^SourceUnreachable: .* in 3 attempts: nothing within 0.1 s →/);
  });

  test('a connection that breaks is tried again', async () => {
    api.answer = inTurn((request) => request.socket.destroy(), json([GOOD]));
    expect((await extractFrom(api)).report).toMatchObject({ rows: 1 });
    api.answer = (request) => request.socket.destroy();
    expect((await extractFrom(api)).failure?.message).toMatch(/^SourceUnreachable: .*: UND_ERR_SOCKET|ECONNRESET/);
  });
});

describe('credentials', () => {
  test.each([
    ['bearer', { kind: 'bearer', secret: 's' }, 'token', { authorization: 'Bearer token' }],
    [
      'bearer of a field',
      { kind: 'bearer', secret: 's', field: 'key' },
      '{"key":"token"}',
      { authorization: 'Bearer token' },
    ],
    ['basic', { kind: 'basic', secret: 's' }, '{"username":"u","password":"p:"}', { authorization: 'Basic dTpwOg==' }],
    ['header', { kind: 'header', name: 'X-Api-Key', secret: 's' }, 'token\n', { 'x-api-key': 'token' }],
  ] as const)('%s', async (_, auth, secret, headers) => {
    api.answer = json([GOOD]);
    expect((await extractFrom(api, { auth }, secret)).report).toMatchObject({ rows: 1 });
    expect(api.requests[0]?.headers).toMatchObject(headers);
  });

  test('in a parameter are in no message', async () => {
    api.answer = (request, response) => response.writeHead(400).end(`bad: ${request.url} töp secret`);
    const { failure } = await extractFrom(api, { auth: { kind: 'query', name: 'key', secret: 's' } }, 'töp secret');
    expect(api.requests[0]?.url).toContain('key=t%C3%B6p+secret');
    expect(failure?.message).toMatch(/^SourceRefused/);
    expect(failure?.message).not.toMatch(/secret|t%C3%B6p/);
  });

  test('in a header are in no message, whatever the API answers', async () => {
    api.answer = (request, response) => response.writeHead(401).end(JSON.stringify(request.headers));
    const { failure } = await extractFrom(
      api,
      { auth: { kind: 'basic', secret: 's' } },
      '{"username":"u","password":"p\\"w"}',
    );
    expect(failure?.message).toMatch(/^Unauthorized/);
    expect(failure?.message).not.toContain(Buffer.from('u:p"w').toString('base64'));
  });

  test.each([
    ['no JSON', 'x'],
    ['another field', '{"user": "x"}'],
  ])('a secret with %s is refused without being shown', async (_, secret) => {
    const { failure } = await extractFrom(api, { auth: { kind: 'basic', secret: 'arn:secret' } }, secret);
    expect(failure?.message).toBe(
      'InvalidSecret: the secret arn:secret has no text "username" → JSON with the field "username" → store it so, or name the field in RestAuth',
    );
  });

  const oauth2 = {
    kind: 'oauth2',
    secret: 's',
    tokenUrl: 'https://api.example.com/token',
    idField: 'client_id',
    secretField: 'client_secret',
    scope: 'read all',
  } as const;
  const client = '{"client_id":"me","client_secret":"a&b"}';

  test('a token is had for the client, and anew when it is refused', async () => {
    let tokens = 0;
    let asked = 0;
    api.answer = (request, response, body) => {
      if (request.url === '/token') return json({ access_token: `token ${++tokens}` })(request, response, body);
      // the first token runs out after a page
      if (request.headers.authorization === 'Bearer token 1' && asked++ > 0)
        return json({}, 401)(request, response, body);
      const more = !request.url?.includes('c=2');
      json({ items: [{ ...GOOD, id: more ? 1 : 2 }], next: more ? 2 : null })(request, response, body);
    };
    const pagination = { kind: 'cursor', path: 'next', parameter: 'c' } as const;
    const { report } = await extractFrom(api, { auth: oauth2, recordsPath: 'items', pagination }, client);
    expect(report).toMatchObject({ rows: 2 });
    expect(tokens).toBe(2);
    const [token] = api.requests;
    expect(token?.body).toBe('grant_type=client_credentials&scope=read+all');
    expect(token?.headers.authorization).toBe(`Basic ${Buffer.from('me:a%26b').toString('base64')}`);
  });

  test.each([
    [json({ error: 'invalid_client' }, 400), /^Unauthorized: .*\/token answered 401: \{"error":"invalid_client"\}/],
    [json({ token: 'x' }), /^NoAccessToken/],
  ])('a server that gives no token is refused', async (answer, message) => {
    api.answer = answer;
    expect((await extractFrom(api, { auth: oauth2 }, client)).failure?.message).toMatch(message);
  });
});

describe('pages', () => {
  test('that go round in a circle are refused', async () => {
    api.answer = json({ items: [GOOD], next: 'same' });
    const pagination = { kind: 'cursor', path: 'next', parameter: 'c' } as const;
    expect((await extractFrom(api, { recordsPath: 'items', pagination })).failure?.message).toMatch(/^PaginationLoop/);
    api.answer = json([GOOD]);
    const byPage = { kind: 'page', parameter: 'page', first: 1 } as const;
    expect((await extractFrom(api, { pagination: byPage })).failure?.message).toMatch(
      /the same records as the page before/,
    );
  });

  test.each(['https://evil.example.com/v1', '//evil.example.com/', 'http://api.example.com/v1'])(
    'at %s do not get the credentials',
    async (next) => {
      api.answer = json({ items: [GOOD], next });
      const { failure } = await extractFrom(api, {
        recordsPath: 'items',
        pagination: { kind: 'nextUrl', path: 'next' },
      });
      expect(failure?.message).toMatch(/^NextPageElsewhere: .*example.com → pages at https:\/\/api.example.com only/);
      expect(api.requests).toHaveLength(1);
    },
  );

  test('may be at the local address of a local service', async () => {
    const first = { items: [GOOD], next: `${api.url}/v1/things?page=2` };
    api.answer = inTurn(json(first), json({ items: [{ ...GOOD, id: 2 }] }));
    const pagination = { kind: 'nextUrl', path: 'next' } as const;
    expect((await extractFrom(api, { recordsPath: 'items', pagination })).report).toMatchObject({ rows: 2 });
  });

  test('are asked for no faster than is allowed', async () => {
    const page = { kind: 'page', parameter: 'page', first: 0, sizeParameter: 'size', size: 1 } as const;
    api.answer = inTurn(json([GOOD]), json([{ ...GOOD, id: 2 }]), json([]));
    const { waits } = await extractFrom(api, { pagination: page, requestsPerSecond: 4 });
    expect(waits).toEqual([250, 500]);
    expect(api.requests.map(({ url }) => url.replace(/.*\?/, ''))).toEqual([
      'page=0&size=1',
      'page=1&size=1',
      'page=2&size=1',
    ]);
  });
});

test('the ends of the interval stand where the API wants them, the beginning one unit earlier', async () => {
  api.answer = json([]);
  await extractFrom(api, {
    url: `${URL_OF_API}?fields=all`,
    parameters: { filter: 'modified ge {from} and modified lt {to}' },
    toParameter: 'until',
  });
  const query = new URL(api.requests[0]?.url ?? '', api.url).searchParams;
  expect(Object.fromEntries(query)).toEqual({
    fields: 'all',
    filter: 'modified ge 2026-02-28T23:59:59Z and modified lt 2026-03-01T00:01:00Z',
    until: '2026-03-01T00:01:00Z',
  });
});

test('status 204 is an interval without changes', async () => {
  api.answer = (_, response) => response.writeHead(204).end();
  expect((await extractFrom(api)).report).toMatchObject({ received: 0, rows: 0 });
});

test('what is no object, and what lacks the key, goes to the quarantine', async () => {
  api.answer = json([GOOD, 7, { modified: GOOD.modified }, { id: 2 }]);
  const { report } = await extractFrom(api, {}, '', { key: ['id'] });
  expect(report).toMatchObject({
    rows: 1,
    quarantined: 3,
    reasons: { 'not an object': 1, 'field "id" of the key is missing': 1, 'field "modified" is missing': 1 },
  });
});
