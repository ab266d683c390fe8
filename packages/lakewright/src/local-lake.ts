import { LakeAccess } from './access/access-control';
import { guarded } from './access/guard';
import { openLakePermissions } from './access/lake-formation';
import type { Assembly, LakeResource } from './assembly/resource';
import type { Host } from './host/host';
import { Programs } from './programs/programs';
import { type LakeServer, type Pages, startServer } from './server/server';
import { BackgroundWork } from './services/background';
import { EventBus } from './services/event-bus';
import { SERVICES } from './services/registry';
import { type Caller, type LakeContext, LOCAL_ADMIN, type Service, ServiceError } from './services/service';
import type { CatalogStore } from './workspace/catalog-store';
import type { Clock } from './workspace/clock';
import type { LakeConfig } from './workspace/config';
import { FolderCatalogStore } from './workspace/folder-catalog-store';
import type { FolderWorkspace } from './workspace/folder-workspace';
import { LakeClock } from './workspace/lake-clock';
import { LocalObjectStore } from './workspace/local-object-store';
import type { ObjectStore } from './workspace/object-store';

/** Used where the template leaves the environment open; the account is one that AWS never gives out. */
export const DEFAULT_ACCOUNT = '000000000000';
export const DEFAULT_REGION = 'us-east-1';

/** A workspace and an assembly, with all services over them: what every action works on. */
export class LocalLake implements LakeContext {
  public readonly events = new EventBus();
  public readonly background = new BackgroundWork();
  public readonly access: LakeAccess;
  public readonly programs: Programs;
  public readonly clock: Clock;
  public readonly objects: ObjectStore;
  public readonly catalog: CatalogStore;
  public readonly resources: readonly LakeResource[];
  public readonly assets: Assembly['assets'];
  public readonly images: Assembly['images'];
  public readonly edited = new Set<string>();
  public readonly account: string;
  public readonly region: string;
  public readonly partition: string;
  public readonly services: readonly Service[];
  private readonly byName: ReadonlyMap<string, Service>;
  /** What the server shows to people; only `serve` has it. */
  public pages?: Pages;
  private server?: Promise<LakeServer>;

  public constructor(
    public readonly workspace: FolderWorkspace,
    public readonly config: LakeConfig,
    public readonly host: Host,
    assembly: Assembly | undefined,
    options: { readonly at?: string } = {},
  ) {
    this.resources = assembly?.resources ?? [];
    this.assets = assembly?.assets ?? [];
    this.images = assembly?.images;
    const first = this.resources[0];
    this.account = first?.account ?? DEFAULT_ACCOUNT;
    this.region = first?.region ?? DEFAULT_REGION;
    this.partition = first?.partition ?? 'aws';
    this.programs = new Programs(config, workspace.root);
    this.clock = LakeClock.open(workspace, { start: config.clock, at: options.at });
    this.objects = new LocalObjectStore(workspace);
    this.catalog = new FolderCatalogStore(workspace, this.clock, this.account);
    for (const [bucket, folder] of Object.entries(config.buckets)) this.objects.mount(bucket, folder);
    this.access = new LakeAccess(this, openLakePermissions(this));
    this.services = SERVICES.map((factory) => guarded(factory(this), this));
    this.byName = new Map(this.services.map((service) => [service.name, service]));
  }

  public service(name: string): Service {
    const service = this.byName.get(name);
    if (service) return service;
    throw new ServiceError('UnknownService', `the service "${name}" isn't run by Lakewright`, 501);
  }

  public async call(name: string, operation: string, input: unknown, caller: Caller = LOCAL_ADMIN): Promise<unknown> {
    const run = this.service(name).operations[operation];
    if (!run) {
      throw new ServiceError(
        'UnknownOperationException',
        `${name}:${operation} isn't done by Lakewright (it does ${Object.keys(this.service(name).operations).length} of this service's operations)`,
        501,
      );
    }
    return await run(input ?? {}, caller);
  }

  public async endpoint(): Promise<string> {
    return (await this.listen(0)).url;
  }

  /**
   * The server of this lake; one that runs already stays, until it is closed.
   *
   * @throws LakewrightError LW_PORT_IN_USE, LW_PORT_REFUSED
   */
  public listen(port: number): Promise<LakeServer> {
    this.server ??= this.startServer(port).catch((error) => {
      this.server = undefined;
      throw error;
    });
    return this.server;
  }

  private async startServer(port: number): Promise<LakeServer> {
    const server = await startServer(this, this.services, { port, pages: () => this.pages });
    const close = async (): Promise<void> => {
      await server.close();
      this.server = undefined; // the next who asks gets one that listens
    };
    return { ...server, close };
  }

  /** Stops the services and the programs, and gives the workspace back. */
  public async close(): Promise<void> {
    try {
      for (const service of this.services) await service.stop?.();
    } finally {
      await (await this.server)?.close();
      await this.programs.stop();
      await this.workspace.close();
    }
  }
}
