import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LakeAccess } from '../../../src/access/access-control';
import type { LakeResource } from '../../../src/assembly';
import { MemoryHost } from '../../../src/host/host';
import { Programs } from '../../../src/programs/programs';
import type { ApiShape } from '../../../src/services/api-shape';
import { appflow } from '../../../src/services/appflow';
import { BackgroundWork } from '../../../src/services/background';
import { EventBus } from '../../../src/services/event-bus';
import { events } from '../../../src/services/events';
import { scheduler } from '../../../src/services/scheduler';
import {
  type LakeContext,
  LOCAL_ADMIN,
  type Operation,
  type Service,
  ServiceError,
  type TaskIntegration,
} from '../../../src/services/service';
import { onTrace, states, type TraceEvent } from '../../../src/services/states';
import type { CatalogStore } from '../../../src/workspace/catalog-store';
import { EMPTY_CONFIG } from '../../../src/workspace/config';
import { FolderWorkspace } from '../../../src/workspace/folder-workspace';
import { LakeClock } from '../../../src/workspace/lake-clock';
import { LocalObjectStore } from '../../../src/workspace/local-object-store';

export const ROLE = 'arn:aws:iam::111111111111:role/r';

export function fakeService(
  name: string,
  parts: { operations?: Record<string, Operation>; tasks?: Record<string, TaskIntegration> },
): Service {
  return { name, resources: {}, operations: {}, tasks: {}, ...parts };
}

/** A lake with real workspace, clock, objects and the rooms under test; other services are what a test gives. */
export class TestLake implements LakeContext {
  public readonly account = '111111111111';
  public readonly region = 'eu-west-1';
  public readonly partition = 'aws';
  public readonly events = new EventBus();
  public readonly background = new BackgroundWork();
  public readonly host = new MemoryHost();
  public readonly config = EMPTY_CONFIG;
  public readonly access: LakeAccess;
  public readonly programs: Programs;
  public readonly assets = [];
  public readonly catalog = {} as CatalogStore;
  public readonly clock: LakeClock;
  public readonly objects: LocalObjectStore;
  public readonly traces: TraceEvent[] = [];
  private readonly services: ReadonlyMap<string, Service>;

  private constructor(
    public readonly workspace: FolderWorkspace,
    others: readonly Service[],
    public readonly resources: readonly LakeResource[],
  ) {
    this.programs = new Programs(EMPTY_CONFIG, workspace.root);
    this.clock = LakeClock.open(workspace, { at: '2026-03-01T00:00:00Z' });
    this.access = new LakeAccess(this);
    this.objects = new LocalObjectStore(workspace);
    this.objects.createBucket('lake-raw');
    const glue = { name: 'glue', resources: {}, operations: {}, tasks: {}, due: () => [] };
    const rooms = [states(this), events(this), scheduler(this), appflow(this), glue, ...others];
    this.services = new Map(rooms.map((room) => [room.name, room]));
    onTrace(this.service('states'), (event) => this.traces.push(event));
  }

  public static async open(
    others: readonly Service[] = [],
    folder = mkdtempSync(join(tmpdir(), 'lakewright-states-')),
    resources: readonly LakeResource[] = [],
  ): Promise<TestLake> {
    return new TestLake(await FolderWorkspace.open(folder), others, resources);
  }

  public service(name: string): Service {
    const service = this.services.get(name);
    if (service !== undefined) return service;
    throw new ServiceError('UnknownService', `the service "${name}" isn't run by Lakewright`, 501);
  }

  public async call(service: string, operation: string, input: unknown, caller = LOCAL_ADMIN): Promise<ApiShape> {
    const run = this.service(service).operations[operation];
    if (run === undefined)
      throw new ServiceError('UnknownOperationException', `${service}:${operation} isn't done`, 501);
    return await run(input ?? {}, caller);
  }

  public states(operation: string, input: unknown): Promise<ApiShape> {
    return this.call('states', operation, input);
  }

  public async endpoint(): Promise<string> {
    throw new Error('no server in this test');
  }

  /** Creates a machine of the definition, runs it, and gives its description at the end. */
  public async run(
    definition: unknown,
    input: unknown = {},
    name = `m${Math.random().toString(36).slice(2)}`,
  ): Promise<ApiShape> {
    const { stateMachineArn } = await this.states('CreateStateMachine', {
      name,
      roleArn: ROLE,
      definition: JSON.stringify(definition),
    });
    const { executionArn } = await this.states('StartExecution', { stateMachineArn, input: JSON.stringify(input) });
    return await this.finished(executionArn);
  }

  public async finished(executionArn: string): Promise<ApiShape> {
    for (;;) {
      const description = await this.states('DescribeExecution', { executionArn });
      if (description.status !== 'RUNNING') {
        return {
          ...description,
          output: description.output === undefined ? undefined : JSON.parse(description.output),
        };
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  public async close(): Promise<void> {
    for (const service of this.services.values()) await service.stop?.();
    await this.workspace.close();
  }
}
