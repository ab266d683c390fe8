import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LakeAccess } from '../../../src/access/access-control';
import type { LakeResource } from '../../../src/assembly/resource';
import { MemoryHost } from '../../../src/host/host';
import { Programs } from '../../../src/programs/programs';
import type { ApiShape } from '../../../src/services/api-shape';
import { BackgroundWork } from '../../../src/services/background';
import { EventBus, type LakeEvent } from '../../../src/services/event-bus';
import { glue } from '../../../src/services/glue';
import { type LakeContext, LOCAL_ADMIN, type Service, type ServiceFactory } from '../../../src/services/service';
import { EMPTY_CONFIG } from '../../../src/workspace/config';
import { FolderCatalogStore } from '../../../src/workspace/folder-catalog-store';
import { FolderWorkspace } from '../../../src/workspace/folder-workspace';
import { LakeClock } from '../../../src/workspace/lake-clock';
import { LocalObjectStore } from '../../../src/workspace/local-object-store';

/** The real files that the sample lake is made of. */
export const VEGA = path.resolve(__dirname, '../../../../../node_modules/vega-datasets/data');

/** A lake in a temporary folder with real stores, and one or more services on it. */
export interface TestLake {
  readonly context: LakeContext;
  readonly host: MemoryHost;
  readonly events: LakeEvent[];
  /** A service's operation, as an SDK would call it. */
  call(operation: string, input?: ApiShape, service?: string): Promise<ApiShape>;
  service(name: string): Service;
  /** Writes an object; a path copies that file. */
  put(bucket: string, key: string, content: string | Buffer): Promise<void>;
  copy(bucket: string, key: string, file: string): Promise<void>;
  /** Applies a resource, as a run does. */
  apply(resource: LakeResource): Promise<void>;
  close(): Promise<void>;
}

export async function openLake(factories: readonly ServiceFactory[] = [glue]): Promise<TestLake> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-test-'));
  const workspace = await FolderWorkspace.open(root);
  const host = new MemoryHost();
  const events: LakeEvent[] = [];
  const bus = new EventBus();
  bus.subscribe((event) => events.push(event));
  const clock = LakeClock.open(workspace);
  const services = new Map<string, Service>();
  const service = (name: string) => {
    const found = services.get(name);
    if (!found) throw new Error(`no service ${name}`);
    return found;
  };
  const environment = { account: '123456789012', region: 'eu-central-1', partition: 'aws', resources: [], clock };
  const context: LakeContext = {
    ...environment,
    access: new LakeAccess(environment),
    workspace,
    objects: new LocalObjectStore(workspace),
    catalog: new FolderCatalogStore(workspace, clock, '123456789012'),
    events: bus,
    background: new BackgroundWork(),
    host,
    config: EMPTY_CONFIG,
    programs: new Programs(EMPTY_CONFIG, root),
    assets: [],
    call: async (name, operation, input, caller = LOCAL_ADMIN) =>
      (await service(name).operations[operation](input, caller)) ?? {},
    service,
    endpoint: async () => {
      throw new Error('no server in this test');
    },
  };
  for (const factory of factories) {
    const made = factory(context);
    services.set(made.name, made);
  }
  const put = async (bucket: string, key: string, content: string | Buffer) => {
    if (!context.objects.hasBucket(bucket)) context.objects.createBucket(bucket);
    await context.objects.write(bucket, key, content);
  };
  return {
    context,
    host,
    events,
    call: (operation, input = {}, name = 'glue') => context.call(name, operation, input),
    service,
    put,
    copy: (bucket, key, file) => put(bucket, key, fs.readFileSync(file)),
    apply: async (resource) => {
      for (const { resources } of services.values()) await resources[resource.type]?.apply?.(resource);
    },
    close: async () => {
      for (const made of services.values()) await made.stop?.();
      await workspace.close();
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A resource of a template with resolved properties. */
export function resource(type: string, properties: Record<string, ApiShape>, physicalId = 'physical'): LakeResource {
  return {
    type,
    logicalId: 'Logical',
    path: 'Stack/Construct/Resource',
    stack: 'Stack',
    account: '123456789012',
    region: 'eu-central-1',
    partition: 'aws',
    physicalId,
    arn: `arn:aws:glue:eu-central-1:123456789012:${physicalId}`,
    properties,
    metadata: {},
    dependsOn: [],
    invented: [],
  };
}

/** A table as clients create them. */
export const tableInput = (Name: string, more: ApiShape = {}): ApiShape => ({
  Name,
  TableType: 'EXTERNAL_TABLE',
  Parameters: { classification: 'parquet' },
  PartitionKeys: [],
  StorageDescriptor: { Columns: [{ Name: 'id', Type: 'bigint' }], Location: `s3://lake/${Name}/` },
  ...more,
});
