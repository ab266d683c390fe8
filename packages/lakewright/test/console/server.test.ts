import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningServer } from '../../src/actions/serve/serve';
import { Lake } from '../../src/lake';

const machine = {
  StartAt: 'load',
  States: {
    load: {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:s3:putObject',
      Parameters: { Bucket: 'console-bucket', Key: 'a.txt', Body: 'a' },
      End: true,
    },
  },
};
const role = 'arn:aws:iam::000000000000:role/Loader';
const report = {
  StartAt: 'report',
  States: {
    report: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'report' },
      Next: 'send',
    },
    send: machine.States.load,
  },
};
const template = {
  Resources: {
    Report: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ FunctionName: 'report', Runtime: 'python3.12', Handler: 'index.handler', Role: role },
        Code: { ZipFile: 'def handler(event, context):\n    return 1' },
      },
    },
    Reports: {
      Type: 'AWS::StepFunctions::StateMachine',
      DependsOn: 'Role',
      Properties: { StateMachineName: 'Reports', RoleArn: role, DefinitionString: JSON.stringify(report) },
    },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'console-bucket' } },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'Loader',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        Policies: [
          {
            PolicyName: 'Write',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: ['s3:*', 'lambda:*'], Resource: '*' }],
            },
          },
        ],
      },
    },
    Loads: {
      Type: 'AWS::StepFunctions::StateMachine',
      DependsOn: 'Role',
      Properties: {
        StateMachineName: 'Loads',
        RoleArn: role,
        DefinitionString: JSON.stringify(machine),
      },
    },
  },
};

let folder: string;
let lake: Lake;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lakewright-console-'));
  writeFileSync(path.join(folder, 'lake.json'), JSON.stringify(template));
  lake = new Lake({ directory: folder, app: 'lake.json' });
  server = await lake.serve({ port: 0 });
  token = /lakewright-token" content="([^"]+)"/.exec((await ask('GET', '/_console/')).body)?.[1] ?? '';
});

afterAll(async () => {
  await server?.close();
  await lake?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

function ask(method: string, target: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const request = http.request({ method, hostname, port, path: target, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const json = async (target: string) => JSON.parse((await ask('GET', `/_console/api/${target}`)).body);
const page = () => ({ 'content-type': 'application/json', 'x-lakewright-token': token });
const start = JSON.stringify({ pipeline: 'lake/Loads' });

describe('who may ask', () => {
  it('only the page of this server starts anything', async () => {
    const post = (headers: Record<string, string>) => ask('POST', '/_console/api/runs/start', headers, start);
    const { 'x-lakewright-token': _, ...without } = page();
    expect((await post(without)).status).toBe(403);
    expect((await post({ ...page(), 'x-lakewright-token': `${token.slice(1)}x` })).status).toBe(403);
    expect((await post({ ...page(), origin: 'https://example.com' })).status).toBe(403);
    expect((await post({ ...page(), origin: 'null' })).status).toBe(403);
    expect((await post({ ...page(), host: 'evil.example.com' })).status).toBe(403);
    expect((await post({ ...page(), 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ ...page(), 'content-type': 'text/plain' })).status).toBe(415);
    expect((await json('runs')).runs).toEqual([]);
  });

  it('no GET changes anything, and no other method is answered', async () => {
    expect((await ask('GET', '/_console/api/runs/start?pipeline=lake/Loads')).status).toBe(404);
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect((await ask(method, '/_console/api/runs', page())).status, method).toBe(405);
    }
    expect((await json('runs')).runs).toEqual([]);
  });

  it('a body is no larger than a statement', async () => {
    const body = JSON.stringify({ sql: 'x'.repeat(2 ** 20) });
    expect((await ask('POST', '/_console/api/queries', page(), body)).status).toBe(413);
    for (const none of ['{', 'null', '7'])
      expect((await ask('POST', '/_console/api/queries', page(), none)).status, none).toBe(400);
    expect((await ask('GET', '/_console/api/runs/%E0%A4%A')).status).toBe(400);
  });
});

describe('what a browser is told', () => {
  it('the page loads nothing from elsewhere and runs nothing in line', async () => {
    const { headers, body } = await ask('GET', '/_console/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(body).toContain(`nonce="${nonce}"`);
    expect((await ask('GET', '/_console/')).headers['content-security-policy']).not.toBe(policy);
    expect(body).not.toMatch(/<(script|style)>|\son\w+=|style="/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('comes to the page from the address of the server; a program gets what it got', async () => {
    expect(await ask('GET', '/', { accept: 'text/html' })).toMatchObject({
      status: 302,
      headers: { location: '/_console/' },
    });
    expect(JSON.parse((await ask('GET', '/')).body)).toMatchObject({ name: 'lakewright' });
  });

  it('only files of the page are given', async () => {
    for (const name of ['../index.html', '%2e%2e/%2e%2e/package.json', 'none.js', 'a/b.js']) {
      expect((await ask('GET', `/_console/${name}`)).status, name).toBe(404);
    }
  });

  it('an object of the lake is no part of the page: neither by its name nor by its scripts', async () => {
    const host = { host: `console-bucket.localhost:${new URL(server.url).port}` };
    await ask('PUT', '/_console/index.html', { ...host, 'content-type': 'text/html' }, '<script>1</script>');
    const { body, headers } = await ask('GET', '/_console/index.html', { ...host, 'sec-fetch-dest': 'document' });
    expect(body).toBe('<script>1</script>');
    expect(headers['content-security-policy']).toBe('sandbox');
  });
});

describe('a run', () => {
  it('is started, told of as it goes, and read again', async () => {
    const events = await listen();
    const { status, body } = await ask('POST', '/_console/api/runs/start', page(), start);
    expect(status).toBe(200);
    expect(JSON.parse(body).run).toMatchObject({ pipeline: 'lake/Loads', number: 1 });
    const done = await events.until((event) => event.kind === 'run' && event.graph.run.state === 'ok');
    expect(done.graph.tasks).toMatchObject([{ id: 'load', state: 'ok' }]);
    events.close();
    const detail = await json('runs/lake%2FLoads/1/load');
    expect(detail).toMatchObject({ type: 'aws-sdk:s3:putObject', attempts: 1, error: null });
    expect(detail.log.map(({ text }: { text: string }) => text)).toEqual([
      'load started (aws-sdk:s3:putObject)',
      'load succeeded',
    ]);
  });

  it('that needs what this machine lacks has left it out: nothing failed', async () => {
    vi.stubEnv('LAKEWRIGHT_PYTHON', '/nonexistent');
    const events = await listen();
    await ask('POST', '/_console/api/runs/start', page(), JSON.stringify({ pipeline: 'lake/Reports' }));
    const done = await events.until(({ kind, graph }) => kind === 'run' && graph.run.state === 'skip');
    events.close();
    vi.unstubAllEnvs();
    expect(done.graph.run).toMatchObject({ pipeline: 'lake/Reports', note: 'tasks left out' });
    expect(done.graph.tasks).toMatchObject([
      { id: 'report', state: 'skip', note: 'left out' },
      { id: 'send', state: 'skip', note: 'not reached' },
    ]);
    const { log, error } = await json('runs/lake%2FReports/1/report');
    expect(error).toBeNull();
    expect(log.at(-1).text).toMatch(/^report was left out: LAKEWRIGHT_PYTHON="\/nonexistent" is no Python 3/);
  });

  it('of which there is none is said to be none', async () => {
    expect(await json('runs/lake%2FLoads/7')).toMatchObject({ code: 'NoSuchRun' });
    expect(await json('runs/none/1')).toMatchObject({ code: 'NoSuchPipeline' });
    expect(await json('runs/lake%2FLoads/1/none')).toMatchObject({ code: 'NoSuchTask' });
  });
});

describe('another assembly', () => {
  const compare = async (app: unknown) => {
    const { status, body } = await ask('POST', '/_console/api/compare', page(), JSON.stringify({ app }));
    return { status, ...JSON.parse(body) };
  };

  it('is compared if it is one of the app', async () => {
    writeFileSync(path.join(folder, 'before.json'), JSON.stringify(template));
    expect(await compare('before.json')).toEqual({ status: 200, app: 'before.json', changes: [] });
  });

  it('is read nowhere else', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'lakewright-outside-'));
    writeFileSync(path.join(outside, 'lake.json'), JSON.stringify(template));
    symlinkSync(outside, path.join(folder, 'link'));
    for (const app of [outside, path.relative(folder, outside), 'link', 'link/lake.json', '.', '', 7]) {
      expect(await compare(app), String(app)).toMatchObject({ status: 400, code: 'InvalidRequest' });
    }
    rmSync(outside, { recursive: true });
  });

  it('that is none is said to be none', async () => {
    writeFileSync(path.join(folder, 'broken.json'), '{');
    expect(await compare('cdk.out.before')).toMatchObject({
      status: 400,
      message: expect.stringContaining('nothing is there'),
    });
    expect(await compare('broken.json')).toMatchObject({
      status: 400,
      message: expect.stringContaining('broken.json'),
    });
  });
});

// biome-ignore lint/suspicious/noExplicitAny: events are read by their kind
type Event = any;

function listen(): Promise<{ until(wanted: (event: Event) => boolean): Promise<Event>; close(): void }> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${server.consoleUrl}api/events`, (response) => {
      const seen: Event[] = [];
      let wake = (): void => {};
      response.on('data', (chunk) => {
        for (const [, text] of String(chunk).matchAll(/^data: (.*)$/gm)) seen.push(JSON.parse(text as string));
        wake();
      });
      resolve({
        async until(wanted) {
          for (;;) {
            const found = seen.find(wanted);
            if (found) return found;
            await new Promise<void>((next) => {
              wake = next;
            });
          }
        },
        close: () => request.destroy(),
      });
    });
    request.on('error', reject);
  });
}
