import http from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../src/server/server';
import type { ServiceFactory } from '../../src/services/service';
import { onEnd } from '../workspace/temporary-workspace';
import { resource, serve, temporaryLake } from './temporary-lake';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

function send(url: string, options: http.RequestOptions = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

const scope = (service: string, key = 'AKIA') => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${key}/20240101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

/** A service of each protocol that answers with what it got. */
const echo: ServiceFactory = () => ({
  name: 'echo',
  protocol: {
    kind: 'rest-json',
    routes: [
      { method: 'GET', path: '/things/{Name}', operation: 'Echo' },
      { method: 'GET', path: '/things/special', operation: 'Special' },
      { method: 'POST', path: '/files/{Path+}/parts', operation: 'Echo' },
      { method: 'POST', path: '/fail', operation: 'Fail' },
    ],
  },
  resources: {},
  tasks: {},
  operations: {
    Echo: async (input, { principal }) => ({ input, principal }),
    Special: async () => ({ special: true, at: new Date(1500), bytes: Buffer.from('hi') }),
    Fail: async () => {
      throw new Error('a bug');
    },
  },
});

describe('the server', () => {
  it("answers to this machine's names only", async () => {
    const server = await serve(await temporaryLake());
    for (const host of ['localhost', '127.0.0.1:1', '[::1]', 'raw.localhost', 'a.b.s3.localhost:80', 'LOCALHOST']) {
      expect((await send(`${server.url}/_lakewright/health`, { headers: { host } })).status, host).toBe(200);
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'xlocalhost', '10.0.0.1']) {
      const answer = await send(`${server.url}/_lakewright/health`, { headers: { host } });
      expect(answer.status, host).toBe(403);
      expect(answer.body).toContain('Host header');
    }
  });

  it('refuses pages of other sites, and answers its own', async () => {
    const server = await serve(await temporaryLake());
    const status = async (headers: http.OutgoingHttpHeaders) =>
      (await send(`${server.url}/_lakewright/health`, { headers })).status;
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ origin: `http://localhost:${server.port + 1}` })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(await status({ origin: `http://localhost:${server.port}` })).toBe(200);
    expect(await status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBe(200);
  });

  it('listens on loopback addresses only', async () => {
    const lake = await temporaryLake();
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.com']) {
      await expect(startServer(lake, [], { port: 0, host })).rejects.toMatchObject({
        code: 'LW_HOST_NOT_LOOPBACK',
        exitCode: 2,
      });
    }
  });

  it('names a port that is in use, and what to do', async () => {
    const lake = await temporaryLake();
    const { port } = await serve(lake);
    await expect(startServer(lake, [], { port })).rejects.toMatchObject({
      code: 'LW_PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`port ${port} .*--port`)),
    });
  });

  it('says that it is there', async () => {
    const server = await serve(await temporaryLake());
    const answer = await send(`${server.url}/`);
    expect(JSON.parse(answer.body)).toMatchObject({
      name: 'lakewright',
      status: 'ok',
      services: ['s3', 'sts', 'ssm', 'secretsmanager', 'kms'],
    });
  });

  it('ends the requests under way before it closes', async () => {
    const lake = await temporaryLake();
    let finish = () => {};
    const slow: ServiceFactory = () => ({
      ...echo(lake),
      operations: { Echo: () => new Promise((resolve) => (finish = () => resolve({ done: true }))) },
    });
    const server = await startServer(lake, [slow(lake)], { port: 0 });
    const answer = send(`${server.url}/things/a`, { headers: scope('echo') });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closed = server.close();
    finish();
    expect(JSON.parse((await answer).body)).toEqual({ done: true });
    await closed;
    await server.close();
    await expect(send(server.url)).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('an operation', () => {
  it("that isn't done is named, in the form that its client reads", async () => {
    const server = await serve(await temporaryLake({ services: [echo] }));
    const json = await send(`${server.url}/`, {
      method: 'POST',
      headers: { ...scope('ssm'), 'x-amz-target': 'AmazonSSM.StartSession' },
    });
    expect([json.status, json.headers['x-amzn-errortype']]).toEqual([501, 'UnknownOperationException']);
    expect(JSON.parse(json.body)).toEqual({
      __type: 'UnknownOperationException',
      message: "UnknownOperationException: ssm:StartSession isn't done by Lakewright",
    });
    const inherited = { ...scope('ssm'), 'x-amz-target': 'AmazonSSM.constructor' };
    expect((await send(`${server.url}/`, { method: 'POST', headers: inherited })).status).toBe(501);
    const form = { ...scope('sts'), 'content-type': 'application/x-www-form-urlencoded' };
    const xml = await send(`${server.url}/`, { method: 'POST', headers: form }, 'Action=DecodeAuthorizationMessage');
    expect(xml.status).toBe(501);
    expect(xml.body).toContain('<Code>UnknownOperationException</Code>');
    const rest = await send(`${server.url}/other`, { headers: scope('echo') });
    expect(rest.body).toContain('echo:GET /other');
    const service = await send(`${server.url}/`, {
      method: 'POST',
      headers: { ...scope('monitoring'), 'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData' },
    });
    expect(service.body).toContain("monitoring:PutMetricData isn't done");
    const unsigned = await send(`${server.url}/v1/x`, { method: 'POST', headers: scope('quicksight') });
    expect(unsigned.body).toContain('quicksight:POST /v1/x');
  });

  it('of a REST service gets its fields from path, query and body', async () => {
    const server = await serve(await temporaryLake({ services: [echo] }));
    const get = await send(`${server.url}/things/a%2Fb?max=5&tag=x&tag=y`, { headers: scope('echo') });
    expect(JSON.parse(get.body).input).toEqual({ Name: 'a/b', max: '5', tag: ['x', 'y'] });
    const post = await send(`${server.url}/files/a/b/parts`, { method: 'POST', headers: scope('echo') }, '{"Size":1}');
    expect(JSON.parse(post.body).input).toEqual({ Path: 'a/b', Size: 1 });
    const literal = await send(`${server.url}/things/special`, { headers: scope('echo') });
    expect(JSON.parse(literal.body)).toEqual({ special: true, at: 1.5, bytes: 'aGk=' });
  });

  it('that fails by a bug of ours says so, and tells the host', async () => {
    const lake = await temporaryLake({ services: [echo] });
    const server = await serve(lake);
    const answer = await send(`${server.url}/fail`, { method: 'POST', headers: scope('echo') });
    expect([answer.status, JSON.parse(answer.body).__type]).toEqual([500, 'InternalFailure']);
    expect(lake.host.messages).toContainEqual(
      expect.objectContaining({
        code: 'LW_SERVER_REQUEST_FAILED',
        level: 'warning',
        text: expect.stringContaining('a bug'),
      }),
    );
  });

  it("isn't called for a body that is no JSON object, or too large", async () => {
    const server = await serve(await temporaryLake());
    const options = { method: 'POST', headers: { ...scope('ssm'), 'x-amz-target': 'AmazonSSM.GetParameter' } };
    for (const body of ['{', '[]', '"a"', 'null']) {
      expect(JSON.parse((await send(server.url, options, body)).body).__type).toBe('SerializationException');
    }
    const large = await send(server.url, options, JSON.stringify({ Name: 'x'.repeat(17 * 1024 * 1024) }));
    expect([large.status, JSON.parse(large.body).__type]).toEqual([413, 'RequestEntityTooLargeException']);
  });
});

describe('the caller', () => {
  const roles = [
    resource('AWS::IAM::Role', 'analyst-role', { path: 'Lake/Analyst/Resource' }),
    resource('AWS::IAM::Role', 'other-1', { path: 'Lake/A/Other/Resource' }),
    resource('AWS::IAM::Role', 'other-2', { path: 'Lake/B/Other/Resource' }),
  ];
  const ask = async (url: string, headers: http.OutgoingHttpHeaders) =>
    (await send(`${url}/things/x`, { headers })).body;

  it('is the role whose name or construct id is the access key', async () => {
    const server = await serve(await temporaryLake({ services: [echo], resources: roles }));
    for (const key of ['analyst-role', 'Analyst']) {
      expect(JSON.parse(await ask(server.url, scope('echo', key))).principal).toBe('analyst-role');
    }
  });

  it('is local-admin for another key, which is said once', async () => {
    const lake = await temporaryLake({ services: [echo], resources: roles });
    const server = await serve(lake);
    for (let time = 0; time < 3; time++) {
      expect(JSON.parse(await ask(server.url, scope('echo', 'AKIAX'))).principal).toBe('local-admin');
    }
    expect(lake.host.messages.filter(({ code }) => code === 'LW_SERVER_LOCAL_ADMIN')).toHaveLength(1);
  });

  it('is refused with the paths for an ambiguous construct id', async () => {
    const server = await serve(await temporaryLake({ services: [echo], resources: roles }));
    expect(await ask(server.url, scope('echo', 'Other'))).toMatch(/Lake\/A\/Other\/Resource, Lake\/B\/Other\/Resource/);
  });
});

describe('an upload', () => {
  const chunked = (body: string) => ({
    method: 'PUT',
    headers: {
      ...scope('s3'),
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'content-encoding': 'aws-chunked',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
      'x-amz-decoded-content-length': '9',
      'content-length': Buffer.byteLength(body),
    },
  });
  // The check value of CRC-32C is that of "123456789": e3069283.
  const good = '5\r\n12345\r\n4\r\n6789\r\n0\r\nx-amz-checksum-crc32c:4waSgw==\r\n\r\n';

  it("in S3's framing is unpacked, and its trailing checksum checked", async () => {
    const lake = await temporaryLake();
    lake.objects.createBucket('raw');
    const server = await serve(lake);
    const put = await send(`${server.url}/raw/a`, chunked(good), good);
    expect([put.status, put.headers['x-amz-checksum-crc32c']]).toEqual([200, '4waSgw==']);
    expect((await lake.objects.head('raw', 'a'))?.size).toBe(9);
    const bad = [
      ['BadDigest', good.replace('4waSgw==', 'AAAAAA==')],
      ['BadDigest', good.replace('6789', '6780')],
      ['IncompleteBody', good.replace('4\r\n6789\r\n', '')],
      ['MalformedTrailerError', good.replace('x-amz-checksum-crc32c', 'x-other')],
      ['InvalidRequest', good.replace('5\r\n', 'zz\r\n')],
      ['IncompleteBody', '5\r\n12345\r\n4\r\n67'],
    ];
    for (const [code, body] of bad) {
      const answer = await send(`${server.url}/raw/b`, chunked(body), body);
      expect([answer.status, answer.body], code).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)]);
    }
    expect(await lake.objects.head('raw', 'b')).toBeUndefined();
  });

  it('that is broken off leaves nothing', async () => {
    const lake = await temporaryLake();
    lake.objects.createBucket('raw');
    const server = await serve(lake);
    const socket = net.connect(server.port, '127.0.0.1');
    onEnd(() => void socket.destroy());
    socket.write('PUT /raw/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf');
    await new Promise((resolve) => setTimeout(resolve, 150));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await lake.objects.list('raw')).toEqual([]);
    expect((await import('node:fs')).readdirSync(lake.workspace.tmp)).toEqual([]);
    expect((await send(server.url)).status).toBe(200);
  });

  it('to a key with dot segments is refused, not resolved', async () => {
    const lake = await temporaryLake();
    lake.objects.createBucket('raw');
    const server = await serve(lake);
    for (const path of ['/raw/../../etc/x', '/raw/a/../b', '/raw/%2e%2e/x', '/raw/..%2f..%2fx']) {
      const answer = await send(server.url, { path, method: 'PUT', headers: scope('s3') }, 'x');
      expect([answer.status, answer.body], path).toEqual([400, expect.stringContaining('InvalidArgument')]);
    }
    expect((await send(server.url, { path: '/raw/%zz', method: 'PUT' }, 'x')).body).toContain('InvalidURI');
    expect(await lake.objects.list('raw')).toEqual([]);
  });
});
