import { close } from './iam-allowed';
import { Invocation, type Services } from './invocation';
import { type Item, placeOfItem } from './items';

/**
 * What EventBridge sends when a table or database was made, or at a time of a schedule.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
 */
export interface ChangeEvent {
  readonly source: string;
  readonly account: string;
  readonly detail?: {
    readonly typeOfChange?: string;
    readonly databaseName?: string;
    readonly changedTables?: readonly string[];
    readonly tableName?: string;
  };
}

/**
 * Applies what has waited for a table or database, and what a table that was made anew has lost.
 *
 * Glue's events are sent on a best-effort basis: one that isn't from Glue (a schedule's) goes through everything.
 */
export function changeWork(services: Services, owners: readonly string[]) {
  return async ({ source, account, detail = {} }: ChangeEvent, endsAt: number): Promise<void> => {
    if (/delete/i.test(detail.typeOfChange ?? '')) return;
    const fromGlue = source === 'aws.glue';
    const database = detail.databaseName?.toLowerCase();
    if (fromGlue && database === undefined) return;
    const given = detail.changedTables ?? (detail.tableName ? [detail.tableName] : undefined);
    const tables = fromGlue ? given?.map((name) => name.toLowerCase()) : undefined;
    const inScope = (item: Item): boolean => {
      const place = placeOfItem(item);
      if (!fromGlue) return true;
      if (!place || place.catalogId || place.database !== database) return false;
      return place.table === undefined || tables === undefined || tables.includes(place.table);
    };
    const invocation = new Invocation(services, account, endsAt);
    for (const owner of owners) {
      const closed = (await invocation.closed(owner)).filter((name) => !fromGlue || name === database);
      await close(closed, invocation.parts, tables);
      await invocation.complete('permissions', owner, inScope);
    }
  };
}
