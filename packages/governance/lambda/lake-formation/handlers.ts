import type { CustomResourceEvent, Work } from '../../../core/lambda/custom-resource/respond';
import { close } from './iam-allowed';
import { type Former, Invocation, Report, type Services, type Target } from './invocation';
import { type Item, isAdministrator } from './items';
import { type PermissionsProperties, permissionsItems, type SettingsProperties, settingsItems } from './properties';

/** `Custom::LakewrightLakeFormationPermissions`: filters, LF-Tags, grants and opt-ins, as wanted. */
export function permissionsWork(services: Services): Work {
  return async (event, endsAt) => {
    const target = targetOf(event);
    const physicalResourceId = `${target.owner}/permissions`;
    const invocation = new Invocation(services, target.account, endsAt);
    const report = new Report();
    if (event.RequestType === 'Delete') {
      await invocation.remove('permissions', target, report);
      return { physicalResourceId: event.PhysicalResourceId ?? physicalResourceId, data: report.data() };
    }
    const itemsOf = (properties: unknown) => permissionsItems(properties as PermissionsProperties, target.account);
    await invocation.adopt('permissions', target, formerOf(event, itemsOf));
    await invocation.reconcile('permissions', target, itemsOf(event.ResourceProperties), report);
    return { physicalResourceId, data: report.data() };
  };
}

/** `Custom::LakewrightLakeFormationSettings`: administrators and database creators among those of others. */
export function settingsWork(services: Services): Work {
  return async (event, endsAt) => {
    const properties = event.ResourceProperties as unknown as SettingsProperties;
    const { Databases = [], CrossAccountVersion } = properties;
    const target = { ...targetOf(event), databases: Databases };
    const physicalResourceId = `${target.owner}/settings`;
    const invocation = new Invocation(services, target.account, endsAt);
    const { administrators } = invocation.parts;
    const report = new Report();
    if (event.RequestType === 'Delete') {
      await invocation.remove('settings', target, report);
      await invocation.remove('administrators', target, report);
      report.skip(administrators.skipped);
      return { physicalResourceId: event.PhysicalResourceId ?? physicalResourceId, data: report.data() };
    }
    const adminsOf = (given: unknown) =>
      settingsItems(given as SettingsProperties, target.account).filter(isAdministrator);
    const creatorsOf = (given: unknown) =>
      settingsItems(given as SettingsProperties, target.account).filter((item) => !isAdministrator(item));
    await invocation.adopt('administrators', target, formerOf(event, adminsOf));
    await invocation.adopt('settings', target, formerOf(event, creatorsOf));
    const admins = adminsOf(properties);
    // this function may be one of those who go: it has to stay until all else is done
    await invocation.reconcile('administrators', target, [...admins, ...(await invocation.ours(target.owner))], report);
    if (CrossAccountVersion) await administrators.raiseVersion(CrossAccountVersion);
    await invocation.reconcile('settings', target, creatorsOf(properties), report);
    report.wait(...(await close(Databases, invocation.parts)));
    await invocation.reconcile('administrators', target, admins, report);
    report.skip(administrators.skipped);
    return { physicalResourceId, data: report.data() };
  };
}

function targetOf({ ResourceProperties, LogicalResourceId, StackId }: CustomResourceEvent): Target {
  return { owner: String(ResourceProperties.Owner), holder: LogicalResourceId, account: StackId.split(':')[4] ?? '' };
}

function formerOf(
  { OldResourceProperties }: CustomResourceEvent,
  itemsOf: (properties: unknown) => Item[],
): Former | undefined {
  if (!OldResourceProperties) return undefined;
  return { owner: String(OldResourceProperties.Owner), items: itemsOf(OldResourceProperties) };
}
