import { AsyncLocalStorage } from 'node:async_hooks';

const acting = new AsyncLocalStorage<string | undefined>();

/**
 * Whoever does what `work` does to the catalog: a new database or table is his, with all rights of Lake Formation.
 *
 * @param arn undefined for `local-admin`, whose tables belong to nobody
 */
export function actAs<T>(arn: string | undefined, work: () => T): T {
  return acting.run(arn, work);
}

export const actingArn = (): string | undefined => acting.getStore();
