import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer } from '../../lambda/extraction/extract';
import type { ExtractionConfiguration } from '../../src/private/extraction-configuration';
import { Api, GOOD, json, NOW, URL_OF_API } from './api.support';
import { AwsServer } from './aws.support';

let api: Api;
let aws: Api;
let server: AwsServer;
let handler: (event: { runId?: string } | undefined, context: typeof CONTEXT) => Promise<Answer>;

beforeAll(async () => {
  [api, aws] = [await Api.start(), await Api.start()];
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDLOCAL');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('LAKEWRIGHT_ENDPOINTS', JSON.stringify({ 'https://api.example.com/': `${api.url}/` }));
  vi.spyOn(console, 'log').mockImplementation(() => {});
  ({ handler } = await import('../../lambda/extraction/index'));
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  server = new AwsServer();
  aws.answer = server.answering;
  api.requests.length = 0;
});
afterAll(() => {
  vi.useRealTimers();
  api.end();
  aws.end();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function configure(source: ExtractionConfiguration['source']): void {
  const config: ExtractionConfiguration = {
    name: 'Lake/Things',
    target: { bucket: 'lake', prefix: 'raw/things' },
    state: { bucket: 'lake', prefix: '_lakewright/raw/things' },
    watermark: { field: 'modified', format: 'iso', overlapSeconds: 300, lagSeconds: 0 },
    key: ['id'],
    rowsPerFile: 10,
    source,
  };
  vi.stubEnv('LAKEWRIGHT_EXTRACTION', JSON.stringify(config));
}

const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
const files = () => [...server.objects.keys()].filter((key) => key.startsWith('lake/raw/things/'));

const REST = {
  kind: 'rest',
  url: URL_OF_API,
  parameters: {},
  headers: {},
  fromParameter: 'since',
  pagination: { kind: 'none' },
  maxAttempts: 1,
  timeoutSeconds: 5,
  auth: { kind: 'bearer', secret: 'arn:secret' },
} as const;

describe.each([false, true])('with the clients of the AWS SDK, where a missing object is hidden: %s', (hides) => {
  test('runs deliver what changed, and remember it', async () => {
    server.hides = hides;
    server.secrets.set('arn:secret', 'token');
    configure(REST);
    api.answer = json([GOOD]);
    expect(await handler(undefined, CONTEXT)).toMatchObject({ run: 'request-1', rows: 1, continue: false });
    expect(api.requests[0]).toMatchObject({ url: '/v1/things', headers: { authorization: 'Bearer token' } });
    vi.setSystemTime(NOW + 60_000);
    api.answer = json([GOOD, { ...GOOD, id: 2, modified: '2026-03-01T00:01:00Z' }]);
    expect(await handler({ runId: 'two' }, CONTEXT)).toMatchObject({ run: 'two', rows: 1, duplicates: 1 });
    expect(api.requests[1]?.url).toBe('/v1/things?since=2026-02-28T23%3A55%3A59Z');
    expect(files()).toEqual([
      'lake/raw/things/start_20260301T000100Z-00000.parquet',
      'lake/raw/things/20260301T000100Z_20260301T000200Z-00000.parquet',
    ]);
    expect(server.objects.get(files()[0] ?? '')?.body.startsWith('PAR1')).toBe(true);
    expect([...server.objects.keys()].filter((key) => key.includes('/staging/'))).toEqual([]);
    expect([...server.objects.keys()]).toContain('lake/_lakewright/raw/things/reports/two.json');
  });
});

test('of two functions at once one is published, and the other one goes on after it', async () => {
  server.secrets.set('arn:secret', 'token');
  configure(REST);
  api.answer = json([GOOD]);
  const answers = await Promise.all(['a', 'b'].map((runId) => handler({ runId }, CONTEXT)));
  expect(answers.reduce((sum, { rows }) => sum + rows, 0)).toBe(1);
  expect(files()).toHaveLength(1);
});

describe("a function of the user's own", () => {
  const LAMBDA = {
    kind: 'lambda',
    functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:theirs',
    maxAttempts: 1,
  } as const;

  test('is asked for an interval, and again with its cursor', async () => {
    configure(LAMBDA);
    const payloads: { from: string | null; to: string; cursor: unknown }[] = [];
    server.invoke = (payload) => {
      payloads.push(payload as (typeof payloads)[number]);
      return payloads.length === 1 ? { records: [GOOD], cursor: { page: 2 } } : { records: [{ ...GOOD, id: 2 }] };
    };
    expect(await handler({ runId: 'one' }, CONTEXT)).toMatchObject({ rows: 2, requests: 2 });
    expect(payloads).toEqual([
      { from: null, to: '2026-03-01T00:01:00.000Z', cursor: null },
      { from: null, to: payloads[0]?.to, cursor: { page: 2 } },
    ]);
    expect(aws.requests.some(({ url }) => decodeURIComponent(url).includes(LAMBDA.functionArn))).toBe(true);
  });

  test.each([
    [() => ({ items: [] }), /^RecordsMissing: arn.* with the fields "items" → a list "records"/],
    [() => 'nothing', /^RecordsMissing: arn.* answered "nothing"/],
    [() => ({ records: [], cursor: null }), undefined],
    [({ cursor }: { cursor: unknown }) => ({ records: [], cursor: cursor ?? 'x' }), /^PaginationLoop/],
    [
      () => {
        throw new Error('no connection');
      },
      /^SourceFunctionFailed: .* failed 1 times: .*no connection/,
    ],
  ])('that answers otherwise is refused by name', async (invoke, message) => {
    configure(LAMBDA);
    server.invoke = invoke as (payload: unknown) => unknown;
    const run = handler({ runId: 'one' }, CONTEXT);
    if (message) await expect(run).rejects.toThrow(message);
    else expect(await run).toMatchObject({ rows: 0 });
    expect(files()).toEqual([]);
  });
});
