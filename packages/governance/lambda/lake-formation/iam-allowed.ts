import type { Grant } from './items';
import { judge } from './patience';
import type { Parts } from './reconcile';

/**
 * Takes databases and their tables from IAM_ALLOWED_PRINCIPALS, the group that leaves access to IAM alone; answers which
 * databases aren't there yet.
 *
 * Never given back: a deleted stack shouldn't open data to whoever has rights on Glue.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/upgrade-glue-lake-formation-background.html
 */
export async function close(
  databases: readonly string[],
  { grants, catalog, log }: Parts,
  only?: readonly string[],
): Promise<string[]> {
  const waiting: string[] = [];
  for (const database of databases.map((name) => name.toLowerCase())) {
    if (!(await catalog.has({ database }))) {
      waiting.push(database);
      continue;
    }
    const tables = only ?? (await catalog.tables(database));
    const resources = [
      { Database: { Name: database } },
      ...tables.map((Name) => ({ Table: { DatabaseName: database, Name } })),
    ];
    const { failed } = await grants.revoke(
      resources.map(
        (resource): Grant => ({ kind: 'grant', principal: 'IAM_ALLOWED_PRINCIPALS', resource, permission: 'ALL' }),
      ),
    );
    const [first] = failed.filter(({ fault }) => judge(fault) !== 'absent');
    if (first) {
      throw new Error(
        `NotClosed: "${database}" is still open to IAM_ALLOWED_PRINCIPALS: ${first.fault.code}: ${first.fault.message} → ` +
          'the function has to be a data lake administrator → deploy again',
      );
    }
    log(`closed ${database} and ${tables.length} of its tables to IAM_ALLOWED_PRINCIPALS`);
  }
  return waiting;
}
