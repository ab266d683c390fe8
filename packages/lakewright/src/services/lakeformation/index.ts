import type { RestRoute, ServiceFactory } from '../service';
import { followCatalog } from './catalog-changes';
import { LakeFormationContext } from './context';
import { filterOperations } from './filters';
import { listOperations } from './list-permissions';
import { locationOperations } from './locations';
import { optInOperations } from './opt-ins';
import { permissionOperations } from './permissions';
import { resourceTagOperations } from './resource-tags';
import { lakeFormationResources } from './resources';
import { settingsOperations } from './settings';
import { tagOperations } from './tags';

/**
 * AWS Lake Formation: settings, locations, grants, data cells filters, LF-Tags and opt-ins. What they come to is decided in
 * src/access/lake-formation.
 */
export const lakeformation: ServiceFactory = (lake) => {
  const context = new LakeFormationContext(lake);
  followCatalog(context);
  const resources = lakeFormationResources(context);
  const operations = {
    ...settingsOperations(context),
    ...permissionOperations(context),
    ...listOperations(context),
    ...tagOperations(context),
    ...resourceTagOperations(context),
    ...filterOperations(context),
    ...locationOperations(context),
    ...optInOperations(context),
  };
  return {
    name: 'lakeformation',
    protocol: { kind: 'rest-json', routes: Object.keys(operations).map(route) },
    resources,
    operations,
    tasks: {},
    deploying: () => {
      const ours = lake.resources.filter(({ type }) => type in resources);
      context.store.keepOwners(new Set(ours.map(({ path }) => path)));
    },
  };
};

const route = (operation: string): RestRoute => ({ method: 'POST', path: `/${operation}`, operation });
