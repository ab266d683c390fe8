import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getJson } from '../../../src/services/appflow/sources/http';
import { readJsonLines, readJsonValues } from '../../../src/services/appflow/sources/parse-json';
import type { SourceBatches } from '../../../src/services/appflow/sources/source';
import { onEnd } from '../../workspace/temporary-workspace';
import { contactFlow, FlowLake, fixture, hourly, MAP_ALL, task } from './flow-lake';

type Handler = (url: URL, response: http.ServerResponse) => void;

/** A source on a port of its own; gives its URL, and what it was asked. */
async function source(handle: Handler): Promise<{ url: string; asked: URL[] }> {
  const asked: URL[] = [];
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    asked.push(url);
    handle(url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json = (response: http.ServerResponse, value: unknown, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));

const ZENDESK = {
  ConnectorType: 'Zendesk',
  ConnectorProfileName: 'desk',
  SourceConnectorProperties: { Zendesk: { Object: 'tickets' } },
};
const NOW = new AbortController().signal;
const QUICK = { timeoutMs: 200, attempts: 3, pauseMs: 1, longestPauseMs: 5 };

describe('an endpoint that speaks Salesforce', () => {
  it('gets the flow as SOQL, and is read page after page', async () => {
    const { url, asked } = await source(({ pathname }, response) => {
      if (pathname.endsWith('/query')) {
        return json(response, {
          done: false,
          nextRecordsUrl: '/services/data/v58.0/query/next-2',
          records: [{ attributes: {}, Id: 1, City: 'Rome', Name: "O'Hara" }],
        });
      }
      return json(response, {
        done: true,
        records: [
          { Id: 2, City: 'ROME', Name: 'B' },
          { Id: 3, City: 'Oslo', Name: 'C' },
        ],
      });
    });
    const lake = await FlowLake.open({ fixtures: { Salesforce: url } });
    await lake.apply(
      contactFlow(
        [
          task('Filter', 'PROJECTION', ['Id', 'Name']),
          task('Filter', 'EQUAL_TO', ['City'], { DATA_TYPE: 'string', VALUES: "Rome,L'Aquila" }),
          task('Filter', 'GREATER_THAN', ['Id'], { DATA_TYPE: 'int', VALUE: '0' }),
          task('Filter', 'CONTAINS', ['City'], { DATA_TYPE: 'string', VALUE: 'om' }),
          task('Map', 'NO_OP', ['Id']),
          task('Map', 'NO_OP', ['Name']),
        ],
        { source: { ApiVersion: 'v58.0' } },
      ),
    );
    expect(await lake.run('contacts')).toMatchObject({
      executionStatus: 'Successful',
      executionResult: { recordsProcessed: 2 },
    });
    // What the endpoint gives beyond the filters is left out all the same.
    expect(await lake.records()).toEqual([
      { Id: 1, Name: "O'Hara" },
      { Id: 2, Name: 'B' },
    ]);
    expect(asked.map(({ pathname }) => pathname)).toEqual([
      '/services/data/v58.0/query',
      '/services/data/v58.0/query/next-2',
    ]);
    expect(asked[0]?.searchParams.get('q')).toBe(
      "SELECT Id, Name, City FROM Contact WHERE City IN ('Rome', 'L\\'Aquila') AND Id > 0 AND City LIKE '%om%'",
    );
  });

  it('is asked for the fields that there are, and for the window of an incremental pull', async () => {
    const { url, asked } = await source(({ pathname }, response) =>
      pathname.endsWith('/describe')
        ? json(response, { fields: [{ name: 'Id' }, { name: 'Secret' }, { name: 'SystemModstamp' }] })
        : json(response, { done: true, records: [{ Id: 1, SystemModstamp: '2026-03-01T11:00:00.000+0000' }] }),
    );
    const lake = await FlowLake.open({ fixtures: { crm: url } });
    const all = task('Map_all', 'NO_OP', [], { EXCLUDE_SOURCE_FIELDS_LIST: '["Secret"]' });
    await lake.apply(
      contactFlow(
        [all],
        hourly({ FirstExecutionFrom: Date.UTC(2026, 0, 1) / 1000, ScheduleStartTime: Date.UTC(2026, 2, 1, 13) / 1000 }),
      ),
    );
    await lake.tick('2026-03-01T13:30:00Z');
    expect(await lake.records()).toEqual([{ Id: 1, SystemModstamp: '2026-03-01T11:00:00.000+0000' }]);
    expect(asked[1]?.searchParams.get('q')).toBe(
      'SELECT Id, SystemModstamp FROM Contact WHERE SystemModstamp >= 2026-01-01T00:00:00.000Z AND SystemModstamp < 2026-03-01T13:00:00.000Z',
    );
  });
});

describe('an endpoint of another connector', () => {
  it('is asked with fields and cursor', async () => {
    const { url, asked } = await source(({ searchParams }, response) =>
      searchParams.has('cursor')
        ? json(response, { records: [{ id: 2 }] })
        : json(response, { records: [{ id: 1 }], cursor: 'next' }),
    );
    const lake = await FlowLake.open({ fixtures: { Zendesk: url } });
    await lake.apply(contactFlow([task('Map', 'NO_OP', ['id'], {}, 'id', 'Zendesk')], { source: ZENDESK }));
    await lake.run('contacts');
    expect(await lake.records()).toEqual([{ id: 1 }, { id: 2 }]);
    expect(asked.map(({ pathname, search }) => pathname + search)).toEqual([
      '/tickets?fields=id',
      '/tickets?fields=id&cursor=next',
    ]);
  });
});

describe('a program of the configuration', () => {
  it('is started by the first run that needs it', async () => {
    const directory = fixture({
      'desk.mjs': `import http from 'node:http';
const server = http.createServer((_, response) => response.end('{"records":[{"id":7}]}'));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port })));`,
    });
    const services = { desk: { command: [process.execPath, 'desk.mjs'] } };
    const lake = await FlowLake.open({ directory, services, fixtures: { desk: 'service:desk' } });
    await lake.apply(contactFlow([task('Map', 'NO_OP', ['id'], {}, 'id', 'Zendesk')], { source: ZENDESK }));
    await lake.run('contacts');
    expect(await lake.records()).toEqual([{ id: 7 }]);
  });
});

describe('a source that does not answer as it should', () => {
  const ask = (url: string) => getJson(new URL(`${url}/x`), 'Zendesk object "tickets"', NOW, QUICK);

  it.each([
    [401, 'answered 401: {"e":1} → a fixture gets no credentials', 1],
    [403, 'answered 403', 1],
    [404, 'answered 404', 1],
    [429, 'answered 429 (too many requests) 3 times', 3],
    [500, 'answered 500 3 times', 3],
    [503, 'answered 503 3 times', 3],
  ])('with %i fails with a message, after as many attempts as make sense', async (status, message, attempts) => {
    const { url, asked } = await source((_, response) => json(response, { e: 1 }, status, { 'retry-after': '0' }));
    await expect(ask(url)).rejects.toThrow(message);
    expect(asked.length).toBe(attempts);
  });

  it('is read once it has recovered', async () => {
    let calls = 0;
    const { url } = await source((_, response) => json(response, { ok: true }, ++calls < 3 ? 503 : 200));
    expect((await ask(url)).value).toEqual({ ok: true });
  });

  it('in time, or is not there, or speaks no JSON', async () => {
    const silent = await source(() => {});
    await expect(ask(silent.url)).rejects.toThrow('no answer in 0.2 s (3 attempts)');
    await expect(ask('http://127.0.0.1:1')).rejects.toThrow('is the program that serves the fixture running?');
    const html = await source((_, response) => response.end('<html>'));
    await expect(ask(html.url)).rejects.toThrow('the answer is no JSON');
  });

  it('fails the run, which leaves nothing, with the answer of the source', async () => {
    const { url } = await source((_, response) =>
      json(response, [{ errorCode: 'INVALID_FIELD', message: "No such column 'Nam'" }], 400),
    );
    const lake = await FlowLake.open({ fixtures: { crm: url } });
    await lake.apply(contactFlow([task('Map', 'NO_OP', ['Nam'])]));
    expect(await lake.failure('contacts')).toContain(
      'answered 400: [{"errorCode":"INVALID_FIELD","message":"No such column \'Nam\'"}]',
    );
    expect(await lake.keys()).toEqual([]);
  });
});

describe('a fixture that is not as it should be', () => {
  const failure = async (files: Record<string, string>, tasks = [MAP_ALL]) => {
    const lake = await FlowLake.open({ fixtures: { crm: fixture(files) } });
    await lake.apply(contactFlow(tasks));
    const message = await lake.failure('contacts');
    expect(await lake.keys()).toEqual([]);
    return message;
  };

  it('is missing: the message says which key of the configuration it would be', async () => {
    const lake = await FlowLake.open({ fixtures: { other: '/tmp' } });
    await lake.apply(contactFlow());
    expect(await lake.failure('contacts')).toBe(
      'there is no fixture for "crm" or "Salesforce" → "fixtures" of lakewright.config.json has other → add a folder, an http URL or service:NAME: {"fixtures":{"crm":"fixtures/crm"}}',
    );
  });

  it('has no file for the object, or two', async () => {
    expect(await failure({ 'Account.csv': '' })).toMatch(
      /has no file for the object "Contact" → .*\/Contact with \.ndjson, \.jsonl, \.json, \.csv → the folder has Account\.csv$/,
    );
    expect(await failure({ 'Contact.csv': '', 'Contact.json': '' })).toContain('has Contact.json and Contact.csv');
  });

  it('has a line that is no record: the message has its number', async () => {
    expect(await failure({ 'Contact.ndjson': '{"Id":1}\n\n{"Id":\n' })).toMatch(
      /^Contact\.ndjson, line 3: not a record in JSON: .* → put the file right$/,
    );
    expect(await failure({ 'Contact.ndjson': '{"Id":1}\n[1]\n' })).toContain(
      'line 2: not a record in JSON: a record is a JSON object',
    );
    expect(await failure({ 'Contact.json': '[{"Id":1}, 5]' })).toContain('"5" where an object should begin');
    expect(await failure({ 'Contact.json': '[{"Id":1}, {"Id":' })).toContain('it ends within a value');
  });

  it('has CSV with other columns than its header', async () => {
    expect(await failure({ 'Contact.csv': 'Id,Name\n1,Ada\n2\n' })).toMatch(
      /^Contact\.csv: .*line 3.* → each line has the header's columns$/,
    );
    expect(await failure({ 'Contact.csv': 'Id,Id\n1,2\n' })).toContain('has the column "Id" twice');
  });

  it('lacks a field that the flow reads', async () => {
    expect(
      await failure({ 'Contact.ndjson': '{"Id":1}\n{"Id":2}\n' }, [
        task('Map', 'NO_OP', ['Id']),
        task('Map', 'NO_OP', ['Email']),
      ]),
    ).toBe(
      'the flow\'s tasks read "Email", which no record of Salesforce "Contact" has → the names that the source gives its fields',
    );
  });

  it('is fine, but the destination bucket is not there', async () => {
    const lake = await FlowLake.open({ fixtures: { crm: fixture({ 'Contact.ndjson': '{"Id":1}\n' }) } });
    await lake.lake.objects.deleteBucket('lake-raw');
    await lake.apply(contactFlow());
    expect(await lake.failure('contacts')).toBe(
      'the destination bucket "lake-raw" isn\'t there → a bucket of the lake',
    );
  });
});

describe('JSON', () => {
  const all = async (batches: SourceBatches) => {
    const records: unknown[] = [];
    for await (const batch of batches) records.push(...batch.records);
    return records;
  };
  const pieces = (text: string, size: number) =>
    Readable.from(
      Array.from({ length: Math.ceil(Buffer.byteLength(text) / size) }, (_, index) =>
        Buffer.from(text).subarray(index * size, (index + 1) * size),
      ),
    );

  it('of any records is read as it was written, however it is cut and laid out', async () => {
    const record = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(undefined, 2),
        async (records, size, indent) => {
          const expected = JSON.parse(JSON.stringify(records));
          expect(await all(readJsonValues(pieces(JSON.stringify(records, null, indent), size), 'x.json'))).toEqual(
            expected,
          );
          const lines = records.map((one) => `${JSON.stringify(one)}\n`).join('');
          expect(await all(readJsonLines(pieces(lines, size), 'x.ndjson'))).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});
