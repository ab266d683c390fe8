import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, vi } from 'vitest';
import { onEnd, temporaryFolder } from '../../workspace/temporary-workspace';
import { contactFlow, FlowLake, fixture, hourly, MAP_ALL, ndjson, task } from './flow-lake';

const TSX = path.join(import.meta.dirname, '../../../../../node_modules/tsx/dist/loader.mjs');
const SRC = path.join(import.meta.dirname, '../../../src');

const contacts = (count: number) =>
  ndjson(Array.from({ length: count }, (_, Id) => ({ Id, group: Id % 60, text: 'x'.repeat(40) })));
const BY_GROUP = [MAP_ALL, task('Partition', 'NO_OP', [], { ORDERED_PARTITION_KEYS_LIST: '["group"]' })];

/** A process that runs the flow once with this token, and says how far it is. */
const RUNNER = (root: string, folder: string, token: string) => `
import { MemoryHost } from ${JSON.stringify(`${SRC}/host/host.ts`)};
import { LocalLake } from ${JSON.stringify(`${SRC}/local-lake.ts`)};
import { EMPTY_CONFIG } from ${JSON.stringify(`${SRC}/workspace/config.ts`)};
import { FolderWorkspace } from ${JSON.stringify(`${SRC}/workspace/folder-workspace.ts`)};
const config = { ...EMPTY_CONFIG, fixtures: { crm: ${JSON.stringify(folder)} } };
const lake = new LocalLake(await FolderWorkspace.open(${JSON.stringify(root)}), config, new MemoryHost(), undefined);
const publish = lake.objects.publish.bind(lake.objects);
let published = 0;
lake.objects.publish = async (...args) => {
  if (published++ === 0) console.log('publishing');
  return publish(...args);
};
const { executionId } = await lake.call('appflow', 'StartFlow', { flowName: 'contacts', clientToken: ${JSON.stringify(token)} });
console.log('started');
for (let status = 'InProgress'; status === 'InProgress'; ) {
  const answer = await lake.call('appflow', 'DescribeFlowExecutionRecords', { flowName: 'contacts' });
  status = answer.flowExecutions.find((one) => one.executionId === executionId).executionStatus;
}
console.log('ended ' + process.memoryUsage().rss);
await lake.close();
`;

/** Runs it, and kills it some time after it has said something or was asked to be killed. */
async function runAndKill(
  root: string,
  folder: string,
  token: string,
  when: { readonly said?: string; readonly milliseconds?: number; readonly asked?: Promise<unknown> },
): Promise<void> {
  const script = path.join(temporaryFolder(), 'run.mts');
  fs.writeFileSync(script, RUNNER(root, folder, token));
  const child = spawn(process.execPath, ['--import', TSX, script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onEnd(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  void when.asked?.then(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === when.said) setTimeout(() => child.kill('SIGKILL'), when.milliseconds);
  }
  await exit;
}

/** A Salesforce that gives one page and then falls silent. */
async function silent(): Promise<{ url: string; waiting: Promise<void> }> {
  let tell: () => void;
  const waiting = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const server = http.createServer(({ url = '' }, response) => {
    if (url.includes('/next')) return tell();
    const page = { done: false, nextRecordsUrl: '/next', records: [{ Id: 0, group: 0, text: 'x' }] };
    response.end(JSON.stringify(url.includes('/describe') ? { fields: [{ name: 'Id' }, { name: 'group' }] } : page));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, waiting };
}

describe('a process that is killed while a flow runs', () => {
  it('leaves none of a half run or all of it, and the same token never doubles a record', async () => {
    const folder = fixture({ 'Contact.ndjson': contacts(12_000) });
    const root = temporaryFolder();
    const first = await FlowLake.open({ fixtures: { crm: folder } }, { root });
    await first.apply(contactFlow(BY_GROUP));
    await first.close();
    const { url, waiting } = await silent();
    const rounds = [
      { fixture: url, asked: waiting },
      { said: 'publishing', milliseconds: 0 },
      { said: 'publishing', milliseconds: 8 },
    ];
    const outcomes = new Set<string>();
    for (const [index, { fixture: crm = folder, ...when }] of rounds.entries()) {
      const token = `token-${index}`;
      await runAndKill(root, crm, token, when);
      const lake = await FlowLake.open({ fixtures: { crm: folder } }, { root });
      const { flowExecutions } = await lake.call('DescribeFlowExecutionRecords', { flowName: 'contacts' });
      const [{ executionId, executionStatus }] = flowExecutions;
      const written = async () => (await lake.keys()).filter((key) => key.includes(executionId)).length;
      outcomes.add(executionStatus);
      expect([executionStatus, await written()]).toEqual(
        executionStatus === 'Successful' ? ['Successful', 60] : ['Error', 0],
      );
      expect(fs.existsSync(path.join(root, 'appflow'))).toBe(false);
      expect((await lake.run('contacts', token)).executionId).toBe(executionId);
      expect(await written()).toBe(60);
      for (const key of await lake.keys()) await lake.lake.objects.delete('lake-raw', key);
      await lake.close();
    }
    expect([...outcomes].sort()).toEqual(['Error', 'Successful']);
  }, 180_000);
});

describe('a token', () => {
  it('starts one run, whose id it gives again for eight hours', async () => {
    const lake = await FlowLake.open({ fixtures: { crm: fixture({ 'Contact.ndjson': contacts(3) }) } });
    await lake.apply(contactFlow());
    const { executionId } = await lake.run('contacts', 'a');
    expect((await lake.run('contacts', 'a')).executionId).toBe(executionId);
    expect(await lake.keys()).toHaveLength(1);
    expect((await lake.run('contacts', 'b')).executionId).not.toBe(executionId);
    await lake.lake.clock.wait(9 * 3_600_000);
    expect((await lake.run('contacts', 'a')).executionId).not.toBe(executionId);
    expect(await lake.keys()).toHaveLength(3);
  });

  it('does not start a second run beside one that goes on', async () => {
    const lake = await FlowLake.open({ fixtures: { crm: fixture({ 'Contact.ndjson': contacts(20_000) }) } });
    await lake.apply(contactFlow());
    const { executionId } = await lake.call('StartFlow', { flowName: 'contacts', clientToken: 'a' });
    await expect(lake.call('StartFlow', { flowName: 'contacts', clientToken: 'b' })).rejects.toMatchObject({
      code: 'ConflictException',
    });
    expect(await lake.ended('contacts', executionId)).toMatchObject({ executionStatus: 'Successful' });
  });
});

describe('a run that is cancelled', () => {
  it('ends as Canceled, and leaves nothing', async () => {
    const lake = await FlowLake.open({ fixtures: { crm: fixture({ 'Contact.ndjson': contacts(50_000) }) } });
    await lake.apply(contactFlow());
    const { executionId } = await lake.call('StartFlow', { flowName: 'contacts' });
    expect(await lake.call('CancelFlowExecutions', { flowName: 'contacts', executionIds: [executionId, 'x'] })).toEqual(
      { invalidExecutions: ['x'] },
    );
    expect(await lake.ended('contacts', executionId)).toMatchObject({ executionStatus: 'Canceled' });
    expect(await lake.keys()).toEqual([]);
    expect(await lake.run('contacts')).toMatchObject({ executionStatus: 'Successful' });
  });
});

describe('a file that cannot be put in its place', () => {
  it('takes the others of its run with it, and the position stays', async () => {
    const folder = fixture({
      'Contact.ndjson': ndjson([1, 2, 3].map((Id) => ({ Id, SystemModstamp: '2026-03-01T10:00:00Z' }))),
    });
    const lake = await FlowLake.open({ fixtures: { crm: folder } });
    const byId = task('Partition', 'NO_OP', [], { ORDERED_PARTITION_KEYS_LIST: '["Id"]' });
    await lake.apply(contactFlow([MAP_ALL, byId], hourly({ ScheduleStartTime: Date.UTC(2026, 2, 1, 13) / 1000 })));
    // An object where a folder would have to be.
    await lake.lake.objects.write('lake-raw', 'crm/contacts/Id=3', 'in the way');
    await lake.tick('2026-03-01T13:30:00Z');
    const record = async () =>
      (await lake.call('DescribeFlowExecutionRecords', { flowName: 'contacts' })).flowExecutions[0];
    expect(await record()).toMatchObject({
      executionStatus: 'Error',
      executionResult: { errorInfo: { executionMessage: expect.stringContaining('there is an object on the way') } },
    });
    expect(await lake.keys()).toEqual(['crm/contacts/Id=3']);
    await lake.lake.objects.delete('lake-raw', 'crm/contacts/Id=3');
    await lake.tick('2026-03-01T14:30:00Z');
    expect(await record()).toMatchObject({ executionStatus: 'Successful', executionResult: { recordsProcessed: 3 } });
  });
});

describe('a full disk', () => {
  it.each(['JSON', 'PARQUET'])('fails the run with a message, and leaves nothing (%s)', async (FileType) => {
    const lake = await FlowLake.open({ fixtures: { crm: fixture({ 'Contact.ndjson': contacts(20_000) }) } });
    await lake.apply(contactFlow([MAP_ALL], { output: { FileType } }));
    const { writeSync } = fs;
    // The run's own record is a small file that still has its place.
    const full = vi.spyOn(fs, 'writeSync').mockImplementation(((
      handle: number,
      data: string | Buffer,
      ...rest: never[]
    ) => {
      if (data.length > 100_000) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
      return writeSync(handle, data as Buffer, ...rest);
    }) as typeof fs.writeSync);
    const message = await lake.failure('contacts').finally(() => full.mockRestore());
    expect(message).toContain('the disk of the workspace is full (ENOSPC) → nothing was changed → free some space');
    expect(await lake.keys()).toEqual([]);
    expect(fs.readdirSync(path.join(lake.root, 'appflow'))).toEqual([]);
    expect(await lake.run('contacts')).toMatchObject({ executionStatus: 'Successful' });
  });
});

describe('memory', () => {
  it('is the same for any number of records: a million of them in a heap of 64 MB', async () => {
    const folder = fixture({});
    const handle = fs.openSync(path.join(folder, 'Contact.ndjson'), 'w');
    for (let block = 0; block < 100; block++) {
      const lines = Array.from(
        { length: 10_000 },
        (_, index) => `{"Id":${block * 10_000 + index},"Name":"name ${index}","Age":${index % 90}}\n`,
      );
      fs.writeSync(handle, lines.join(''));
    }
    fs.closeSync(handle);
    const root = temporaryFolder();
    const lake = await FlowLake.open({ fixtures: { crm: folder } }, { root });
    const output = { FileType: 'PARQUET', PreserveSourceDataTyping: true };
    const positive = task('Filter', 'GREATER_THAN_OR_EQUAL_TO', ['Id'], { DATA_TYPE: 'int', VALUE: '0' });
    await lake.apply(contactFlow([MAP_ALL, positive, task('Mask', 'MASK_ALL', ['Name'])], { output }));
    await lake.close();
    const script = path.join(root, 'run.mts');
    fs.writeFileSync(script, RUNNER(root, folder, 'a'));
    const child = spawn(process.execPath, ['--max-old-space-size=64', '--import', TSX, script], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [errors, [code]] = await Promise.all([child.stderr.setEncoding('utf8').toArray(), once(child, 'exit')]);
    expect([code, errors.join('').match(/heap out of memory/)?.[0]]).toEqual([0, undefined]);
    const after = await FlowLake.open({ fixtures: { crm: folder } }, { root });
    const { flowExecutions } = await after.call('DescribeFlowExecutionRecords', { flowName: 'contacts' });
    expect(flowExecutions[0]).toMatchObject({
      executionStatus: 'Successful',
      executionResult: { recordsProcessed: 1_000_000 },
    });
  }, 180_000);
});
