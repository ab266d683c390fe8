import { LakeAccess } from '../../src/access/access-control';
import { guarded } from '../../src/access/guard';
import type { FileAsset, ImageAsset, LakeResource } from '../../src/assembly/resource';
import { MemoryHost } from '../../src/host/host';
import { Programs } from '../../src/programs/programs';
import { type LakeServer, startServer } from '../../src/server/server';
import { BackgroundWork } from '../../src/services/background';
import { EventBus } from '../../src/services/event-bus';
import { kms } from '../../src/services/kms';
import { SERVICES } from '../../src/services/registry';
import { s3 } from '../../src/services/s3';
import { secretsmanager } from '../../src/services/secretsmanager';
import {
  type LakeContext,
  LOCAL_ADMIN,
  type Service,
  ServiceError,
  type ServiceFactory,
} from '../../src/services/service';
import { ssm } from '../../src/services/ssm';
import { sts } from '../../src/services/sts';
import { EMPTY_CONFIG, type LakeConfig } from '../../src/workspace/config';
import { FolderCatalogStore } from '../../src/workspace/folder-catalog-store';
import { LakeClock } from '../../src/workspace/lake-clock';
import { LocalObjectStore } from '../../src/workspace/local-object-store';
import { onEnd, temporaryWorkspace } from '../workspace/temporary-workspace';

export const ACCOUNT = '111122223333';

export interface TestLake extends LakeContext {
  readonly host: MemoryHost;
  readonly objects: LocalObjectStore;
  readonly services: readonly Service[];
}

export interface TestLakeOptions {
  readonly resources?: readonly LakeResource[];
  readonly assets?: readonly FileAsset[];
  readonly images?: readonly ImageAsset[];
  /** Besides S3, STS, SSM, Secrets Manager and KMS. */
  readonly services?: readonly ServiceFactory[];
  readonly config?: Partial<LakeConfig>;
}

/** A resource with what tests don't care about filled in. */
export function resource(type: string, physicalId: string, fields: Partial<LakeResource> = {}): LakeResource {
  return {
    type,
    physicalId,
    logicalId: physicalId.replace(/\W/g, ''),
    path: `Stack/${physicalId}/Resource`,
    stack: 'Stack',
    account: ACCOUNT,
    region: 'eu-west-1',
    partition: 'aws',
    arn: `arn:aws:x:eu-west-1:${ACCOUNT}:${physicalId}`,
    properties: {},
    metadata: {},
    dependsOn: [],
    invented: [],
    ...fields,
  };
}

/** The real services on a workspace that ends with the test. */
export async function temporaryLake(options: TestLakeOptions = {}): Promise<TestLake> {
  const workspace = await temporaryWorkspace();
  const clock = LakeClock.open(workspace);
  const rooms = new Map<string, Service>();
  const find = (name: string): Service => {
    const room = rooms.get(name);
    if (room === undefined) throw new ServiceError('UnknownService', `the lake has no service "${name}"`, 501);
    return room;
  };
  const { resources = [], assets = [], images = [] } = options;
  const environment = { account: ACCOUNT, region: 'eu-west-1', partition: 'aws', resources, clock };
  const lake = {
    ...environment,
    access: new LakeAccess(environment),
    workspace,
    objects: new LocalObjectStore(workspace),
    catalog: new FolderCatalogStore(workspace, clock, ACCOUNT),
    events: new EventBus(),
    background: new BackgroundWork(),
    host: new MemoryHost(),
    config: { ...EMPTY_CONFIG, ...options.config },
    programs: new Programs(EMPTY_CONFIG, workspace.root),
    assets,
    images,
    call: async (service: string, operation: string, input: unknown, caller = LOCAL_ADMIN) =>
      find(service).operations[operation](input, caller),
    service: find,
    endpoint: async () => {
      throw new Error('this lake is served by its test');
    },
  };
  for (const factory of [s3, sts, ssm, secretsmanager, kms, ...(options.services ?? [])]) {
    // A test's own service has no entry in the table of rights.
    const room = SERVICES.includes(factory) ? guarded(factory(lake), lake) : factory(lake);
    rooms.set(room.name, room);
  }
  const services = [...rooms.values()];
  for (const declared of lake.resources) {
    await services.find(({ resources }) => declared.type in resources)?.resources[declared.type].apply?.(declared);
  }
  return { ...lake, services };
}

export async function serve(lake: TestLake): Promise<LakeServer> {
  const server = await startServer(lake, lake.services, { port: 0 });
  onEnd(() => server.close());
  return server;
}
