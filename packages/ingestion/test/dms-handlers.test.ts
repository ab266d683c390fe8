import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseMigrationServiceClient } from '@aws-sdk/client-database-migration-service';
import type { IAMClient } from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CustomResourceEvent, Outcome } from '../../core/lambda/custom-resource/respond';
import { accountRolesWork } from '../lambda/dms/account-roles';
import { changeWork } from '../lambda/dms/change';
import { dmsReplications, type ReplicationState, type Replications } from '../lambda/dms/replications';
import { startWork } from '../lambda/dms/start';

const ARN = 'arn:aws:dms:eu-west-1:111111111111:replication-config:';
const KIND = 'replication-config';

/** DMS Serverless as it is documented: what runs isn't modified, what never ran isn't listed, a start is fresh only once. */
class Dms implements Replications {
  public now = 0;
  public readonly calls: string[] = [];
  private readonly states = new Map<string, ReplicationState & { settlesAt?: number; next?: string }>();
  private readonly marks = new Set<string>();

  public set(id: string, status: string, hasRun = true): void {
    this.states.set(`${ARN}${id}`, { arn: `${ARN}${id}`, status, hasRun, stopReason: '' });
  }

  public status(id: string): string | undefined {
    return this.states.get(`${ARN}${id}`)?.status;
  }

  public remove(id: string): void {
    if (['running', 'stopping'].includes(this.status(id) ?? ''))
      throw new Error('a running replication is not deleted');
    this.states.delete(`${ARN}${id}`);
  }

  public async list(_kind: string, base: string): Promise<ReplicationState[]> {
    for (const [arn, state] of this.states) {
      if (state.settlesAt !== undefined && state.settlesAt <= this.now) {
        this.states.set(arn, { arn, status: state.next ?? '', hasRun: true, stopReason: '' });
      }
    }
    return [...this.states.values()].filter(({ arn }) => arn.startsWith(`${ARN}${base}`));
  }

  public async stop(_kind: string, arn: string): Promise<void> {
    this.calls.push(`stop ${arn.slice(ARN.length)}`);
    this.states.set(arn, {
      arn,
      status: 'stopping',
      hasRun: true,
      stopReason: '',
      settlesAt: this.now + 60_000,
      next: 'stopped',
    });
  }

  public async start(_kind: string, arn: string, type: string): Promise<void> {
    const state = this.states.get(arn);
    if (type === 'start-replication' && state?.hasRun) throw new Error('valid only for the first time');
    if (state && !['stopped', 'failed', 'created'].includes(state.status)) throw new Error(`it is ${state.status}`);
    this.calls.push(`${type} ${arn.slice(ARN.length)}`);
    this.states.set(arn, { arn, status: 'running', hasRun: true, stopReason: '' });
  }

  public isMarked = async (arn: string): Promise<boolean> => this.marks.has(arn);
  public mark = async (arn: string): Promise<void> => void this.marks.add(arn);
  public unmark = async (arn: string): Promise<void> => void this.marks.delete(arn);
}

let dms: Dms;
const services = () => ({
  replications: dms,
  now: () => dms.now,
  sleep: async (milliseconds: number) => {
    dms.now += milliseconds;
  },
  log: () => undefined,
});
const endsAt = 15 * 60_000;

interface Properties {
  readonly replication?: string;
  readonly definition?: string;
  readonly detail?: string;
  readonly allowReload?: boolean;
  readonly resume?: string;
  readonly onDeploy?: boolean;
  readonly follows?: boolean;
}

function event(RequestType: string, given: Properties, PhysicalResourceId?: string): CustomResourceEvent {
  return {
    RequestType,
    RequestId: 'r',
    ResponseURL: '',
    StackId: '',
    LogicalResourceId: 'Change',
    ...(PhysicalResourceId ? { PhysicalResourceId } : {}),
    ResourceProperties: {
      Kind: KIND,
      Base: 'ops-',
      Replication: given.replication ?? 'ops-1',
      ReplicationArn: `${ARN}${given.replication ?? 'ops-1'}`,
      AllowReload: String(given.allowReload ?? false),
      Definition: given.definition ?? 'A',
      Detail: given.detail ?? 'a',
      Resume: given.resume ?? 'false',
      OnDeploy: String(given.onDeploy ?? false),
      Follows: String(given.follows ?? true),
    },
  } as CustomResourceEvent;
}

const change = (type: string, given: Properties, id?: string): Promise<Outcome> =>
  changeWork(services())(event(type, given, id), endsAt);
const start = (type: string, given: Properties, id?: string): Promise<Outcome> =>
  startWork(services())(event(type, given, id), endsAt);
const created = async (given: Properties = {}): Promise<string> => (await change('Create', given)).physicalResourceId;

beforeEach(() => {
  dms = new Dms();
});

describe('a change of a running replication', () => {
  test('stops it before, and resumes it after', async () => {
    const id = await created();
    dms.set('ops-1', 'running');
    const { data, physicalResourceId } = await change('Update', { detail: 'b' }, id);
    expect(dms.status('ops-1')).toBe('stopped');
    expect(physicalResourceId).not.toBe(id);
    await start('Update', { detail: 'b', resume: data?.WasRunning ?? '' }, 's');
    expect(dms.status('ops-1')).toBe('running');
    await change('Delete', {}, id); // CloudFormation's clean-up
    expect(dms.calls).toEqual(['stop ops-1', 'resume-processing ops-1']);
  });

  test('that is rolled back before its end resumes it all the same', async () => {
    const id = await created();
    dms.set('ops-1', 'running');
    const forward = await change('Update', { detail: 'b' }, id);
    // CloudFormation's own update fails here; the start was never asked
    const back = await change('Update', {}, forward.physicalResourceId);
    expect(back).toEqual({ physicalResourceId: id, data: { WasRunning: 'true' } });
    expect(dms.status('ops-1')).toBe('stopped');
    await change('Delete', { detail: 'b' }, forward.physicalResourceId);
    expect(dms.status('ops-1')).toBe('running');
    await change('Delete', { detail: 'b' }, forward.physicalResourceId);
    expect(dms.calls).toEqual(['stop ops-1', 'resume-processing ops-1']);
  });

  test('waits while it is starting, and gives up in time with what to do', async () => {
    const id = await created();
    dms.set('ops-1', 'provisioning_capacity');
    await expect(change('Update', { detail: 'b' }, id)).rejects.toThrow(
      /^ReplicationBusy: ops-1 .*provisioning_capacity.*deploy again/,
    );
    expect(dms.now).toBeLessThanOrEqual(endsAt);
    expect(dms.calls).toEqual([]);
  });

  test('that got stuck while it stopped resumes it with the rollback', async () => {
    const id = await created();
    dms.set('ops-1', 'running');
    await expect(changeWork(services())(event('Update', { detail: 'b' }, id), 30_000)).rejects.toThrow(
      /^ReplicationBusy/,
    );
    await change('Update', {}, id);
    expect(dms.status('ops-1')).toBe('running');
  });

  test('leaves one that somebody has stopped as it is', async () => {
    const id = await created();
    dms.set('ops-1', 'stopped');
    const { data } = await change('Update', { detail: 'b' }, id);
    await start('Update', { detail: 'b', resume: data?.WasRunning ?? '' }, 's');
    await change('Delete', {}, id);
    expect(dms.calls).toEqual([]);
  });
});

describe('a change that would load again', () => {
  test('is refused, nothing is stopped, and the rollback that follows goes through', async () => {
    const id = await created();
    dms.set('ops-1', 'running');
    for (const given of [
      { definition: 'B' },
      { definition: 'B', allowReload: true },
      { definition: 'B', replication: 'ops-2' },
    ]) {
      await expect(change('Update', given, id)).rejects.toThrow(
        /^ReloadRefused: .*nothing of it was changed.*allowReload/,
      );
    }
    expect(dms.calls).toEqual([]);
    await change('Update', {}, id); // the rollback; the id is the same, so no clean-up follows
    expect(dms.status('ops-1')).toBe('running');
    expect(dms.calls).toEqual([]);
  });

  test('goes through into another folder: the new one starts afresh, the old one is stopped and can be deleted', async () => {
    const id = await created();
    dms.set('ops-1', 'running');
    const wanted = { definition: 'B', replication: 'ops-2', allowReload: true };
    const { data } = await change('Update', wanted, id);
    await start('Update', { ...wanted, resume: data?.WasRunning ?? '' }, 's');
    dms.remove('ops-1');
    await change('Delete', {}, id);
    expect(dms.calls).toEqual(['stop ops-1', 'start-replication ops-2']);
  });

  test('that is rolled back resumes the old one', async () => {
    const id = await created();
    dms.set('ops-1', 'running');
    const wanted = { definition: 'B', replication: 'ops-2', allowReload: true };
    const forward = await change('Update', wanted, id);
    await change('Update', {}, forward.physicalResourceId);
    await change('Delete', wanted, forward.physicalResourceId);
    expect(dms.calls).toEqual(['stop ops-1', 'resume-processing ops-1']);
  });

  test('is none as long as it was never started', async () => {
    const id = await created();
    await expect(change('Update', { definition: 'B' }, id)).resolves.toMatchObject({ data: { WasRunning: 'false' } });
    dms.set('ops-1', 'created', false);
    await expect(change('Update', { definition: 'B' }, id)).resolves.toBeDefined();
  });
});

describe('a start', () => {
  test('on demand does nothing, on deployment starts once and goes on afterwards', async () => {
    await start('Create', {});
    expect(dms.calls).toEqual([]);
    await start('Create', { onDeploy: true });
    await start('Update', { onDeploy: true }, 's');
    dms.set('ops-1', 'failed');
    await start('Update', { onDeploy: true }, 's');
    expect(dms.calls).toEqual(['start-replication ops-1', 'resume-processing ops-1']);
  });

  test('that goes stops what runs, since DMS deletes none that does', async () => {
    dms.set('ops-1', 'running');
    await start('Delete', {}, 's');
    expect(dms.status('ops-1')).toBe('stopped');
    await start('Delete', { replication: 'gone' }, 's');
  });
});

test('any order of changes, failures and rollbacks leaves a replication running that ran before', async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    dms = new Dms();
    let random = seed;
    const next = (bound: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor(random / 65_536) % bound;
    };
    let current: Properties = {};
    let id = await created(current);
    dms.set('ops-1', 'running');
    for (let step = 0; step < 6; step += 1) {
      const reload = next(2) === 0;
      const wanted: Properties = reload
        ? { definition: `D${step}`, detail: `d${step}`, replication: `ops-${step + 2}`, allowReload: next(2) === 0 }
        : { ...current, detail: `d${step}` };
      const before = current.replication ?? 'ops-1';
      let forward: Outcome;
      try {
        forward = await change('Update', wanted, id);
      } catch {
        await change('Update', current, id);
        expect(dms.status(before)).toBe('running');
        continue;
      }
      const failsAt = next(3);
      if (failsAt > 0) await start('Update', { ...wanted, resume: forward.data?.WasRunning ?? '' }, 's');
      if (failsAt === 2) {
        if (wanted.replication !== before && wanted.replication) dms.remove(before);
        await change('Delete', current, id);
        [current, id] = [wanted, forward.physicalResourceId];
      } else {
        const back = await change('Update', current, forward.physicalResourceId);
        expect(back.physicalResourceId).toBe(id);
        if (failsAt === 1) await start('Update', { ...current, resume: back.data?.WasRunning ?? '' }, 's');
        if (wanted.replication && wanted.replication !== before && dms.status(wanted.replication)) {
          await start('Delete', wanted, 'other');
          dms.remove(wanted.replication);
        }
        await change('Delete', wanted, forward.physicalResourceId);
      }
      expect([seed, step, dms.status(current.replication ?? 'ops-1')]).toEqual([seed, step, 'running']);
    }
  }
});

describe('the roles of the account', () => {
  class Iam {
    public readonly calls: string[] = [];
    public constructor(private readonly existing: Record<string, string[]>) {}
    public async send(command: { constructor: { name: string }; input: Record<string, string> }): Promise<unknown> {
      const { RoleName = '', PolicyArn = '' } = command.input;
      const fail = (name: string): never => {
        throw Object.assign(new Error(name), { name });
      };
      switch (command.constructor.name) {
        case 'GetRoleCommand':
          return this.existing[RoleName] ? {} : fail('NoSuchEntityException');
        case 'ListAttachedRolePoliciesCommand':
          return { AttachedPolicies: (this.existing[RoleName] ?? []).map((name) => ({ PolicyArn: name })) };
        case 'CreateServiceLinkedRoleCommand':
          return this.existing.linked ? fail('InvalidInputException') : this.calls.push('linked');
        case 'CreateRoleCommand':
          this.existing[RoleName] = [];
          return this.calls.push(`create ${RoleName}`);
        case 'AttachRolePolicyCommand':
          this.existing[RoleName]?.push(PolicyArn);
          return this.calls.push(`attach ${RoleName} ${PolicyArn}`);
        default:
          throw new Error(`${command.constructor.name} isn't allowed`);
      }
    }
  }
  const run = (iam: Iam, RequestType: string) => {
    const ResourceProperties = { Roles: [{ Name: 'dms-vpc-role', PolicyArn: 'p' }] };
    const request = { ...event(RequestType, {}), ResourceProperties } as CustomResourceEvent;
    return accountRolesWork({ iam: iam as unknown as IAMClient, sleep: async () => undefined })(request, 0);
  };

  test('are made when they are absent, once', async () => {
    const iam = new Iam({});
    await run(iam, 'Create');
    expect(iam.calls).toEqual(['create dms-vpc-role', 'attach dms-vpc-role p', 'linked']);
  });

  test('stay as they are when they are there', async () => {
    const iam = new Iam({ 'dms-vpc-role': ['q'], linked: [] });
    await run(iam, 'Update');
    expect(iam.calls).toEqual([]);
  });

  test('are never deleted', async () => {
    const iam = new Iam({ 'dms-vpc-role': ['p'], linked: [] });
    await run(iam, 'Delete');
    expect(iam.calls).toEqual([]);
  });
});

test('the API is asked page by page, and for the replications of this stack alone', async () => {
  const bodies: [string, unknown][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { Marker?: string };
      bodies.push([String(request.headers['x-amz-target']).split('.')[1] ?? '', body]);
      const page = body.Marker
        ? { Replications: [{ ReplicationConfigArn: `${ARN}ops-1`, Status: 'Running' }] }
        : { Marker: 'm', Replications: [{ ReplicationConfigArn: `${ARN}other`, Status: 'stopped' }] };
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify(page));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const client = new DatabaseMigrationServiceClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const api = dmsReplications(client);
    expect(await api.list(KIND, 'ops-')).toEqual([
      { arn: `${ARN}ops-1`, status: 'running', hasRun: true, stopReason: '' },
    ]);
    await api.start(KIND, `${ARN}ops-1`, 'resume-processing');
    await api.stop('task', 'arn:task');
    expect(bodies).toEqual([
      ['DescribeReplications', {}],
      ['DescribeReplications', { Marker: 'm' }],
      ['StartReplication', { ReplicationConfigArn: `${ARN}ops-1`, StartReplicationType: 'resume-processing' }],
      ['StopReplicationTask', { ReplicationTaskArn: 'arn:task' }],
    ]);
  } finally {
    server.close();
  }
});
