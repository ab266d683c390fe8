import type { StatementEntry, StatementSection } from './entry';
import { hiveStatements } from './hive';
import { queryStatements } from './queries';

export { prepared, type StatementEntry, type StatementSection } from './entry';

/** The page's sections in their order; `test/services/athena/statement-support.test.ts` runs every example. */
export const sections: readonly StatementSection[] = [
  ...hiveStatements.filter(({ prefix }) => prefix !== 'refused'),
  ...queryStatements,
  ...hiveStatements.filter(({ prefix }) => prefix === 'refused'),
];

/** Every statement with its id: `hive_03`, also the name of the database that its examples run in. */
export const statements: readonly (StatementEntry & { readonly id: string })[] = sections.flatMap(
  ({ prefix, entries }) =>
    entries.map((entry, index) => ({ ...entry, id: `${prefix}_${String(index + 1).padStart(2, '0')}` })),
);
