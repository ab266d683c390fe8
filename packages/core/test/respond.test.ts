import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answering, type CustomResourceEvent, type Work } from '../lambda/custom-resource/respond';

const answers: { body: Record<string, unknown>; request: IncomingMessage }[] = [];
let failures = 0;
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    if (failures > 0) {
      failures -= 1;
      response.writeHead(503).end();
      return;
    }
    answers.push({ body: JSON.parse(text), request });
    response.end();
  });
});

beforeEach(async () => {
  answers.length = 0;
  failures = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function handle(work: Work, changed: Partial<CustomResourceEvent> = {}, remaining = 60_000): Promise<string[]> {
  const log: string[] = [];
  const event: CustomResourceEvent = {
    RequestType: 'Create',
    RequestId: 'r',
    ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=x`,
    StackId: 's',
    LogicalResourceId: 'l',
    ResourceProperties: {},
    ...changed,
  };
  await answering(work, (line) => log.push(line))(event, { getRemainingTimeInMillis: () => remaining });
  return log;
}

test('work that succeeds is answered with its id, as the signed URL wants it', async () => {
  await handle(async () => ({ physicalResourceId: 'p', data: { A: 'b' } }));
  expect(answers.map(({ body }) => body)).toEqual([
    {
      Status: 'SUCCESS',
      PhysicalResourceId: 'p',
      Data: { A: 'b' },
      RequestId: 'r',
      StackId: 's',
      LogicalResourceId: 'l',
    },
  ]);
  const [{ request } = { request: {} as IncomingMessage }] = answers;
  expect([request.method, request.url, request.headers['content-type']]).toEqual(['PUT', '/answer?signature=x', '']);
});

test('work that fails is answered with its reason, in a length that CloudFormation takes', async () => {
  const log = await handle(async () => {
    throw new Error('x'.repeat(5000));
  });
  expect(answers[0]?.body).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'r', Reason: 'x'.repeat(1000) });
  expect(log).toHaveLength(1);
});

test('a failed update keeps the id, so that CloudFormation deletes nothing', async () => {
  const fails: Work = () => Promise.reject(new Error('no'));
  await handle(fails, { RequestType: 'Update', PhysicalResourceId: 'p' });
  expect(answers[0]?.body).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'p' });
});

test('work that does not end is answered before Lambda would end it', async () => {
  await handle(() => new Promise(() => {}), {}, 20_050);
  expect(answers[0]?.body).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('TimedOut') });
});

test('an answer that is not taken is sent again', async () => {
  failures = 2;
  await handle(async () => ({ physicalResourceId: 'p' }));
  expect(answers).toHaveLength(1);
});

test('an answer that is never taken fails the function, so that Lambda runs it again', async () => {
  failures = 3;
  await expect(handle(async () => ({ physicalResourceId: 'p' }))).rejects.toThrow('503');
});
