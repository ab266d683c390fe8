import type { CatalogStore } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { LakeContext } from '../../service';
import { entityNotFound } from '../errors';
import { StateMap } from '../state-map';
import { CatalogLinks } from './resource-links';

/** What the catalog's operations share. */
export class CatalogContext {
  public readonly catalog: CatalogStore;
  public readonly links: CatalogLinks;
  /** ARN → tags. */
  public readonly tags: StateMap<Record<string, string>>;

  public constructor(public readonly lake: LakeContext) {
    this.catalog = lake.catalog;
    this.links = new CatalogLinks(lake.catalog, lake.account);
    this.tags = new StateMap(lake.workspace, 'glue-tags');
  }

  /** Epoch seconds, by the lake's clock. */
  public now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }

  /** One catalog is local: the account's own. */
  public checkCatalog(input: ApiShape): void {
    const id = input?.CatalogId;
    if (id === undefined || id === null || id === this.lake.account) return;
    throw entityNotFound(`Catalog ${id} not found: the local catalog is ${this.lake.account}.`);
  }

  /** Adds tags to `crawler/name`, `database/name` …; none is no change. */
  public tag(resource: string, tags: ApiShape): void {
    if (!tags || Object.keys(tags).length === 0) return;
    this.tags.put(this.arn(resource), { ...this.tags.get(this.arn(resource)), ...tags });
  }

  public arn(resource: string): string {
    return `arn:${this.lake.partition}:glue:${this.lake.region}:${this.lake.account}:${resource}`;
  }
}
