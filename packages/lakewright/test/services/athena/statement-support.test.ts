import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepared, statements } from '../../../scripts/sql-statements/index';
import { type AthenaLake, openAthenaLake } from './athena-lake';

/** Every line of docs/sql-statements.md: what is said to run runs, what is said to be refused is refused so. */

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

/** The reason why a statement failed, at its start or later; undefined if it succeeded. */
async function failure(sql: string, database: string): Promise<string | undefined> {
  try {
    const { Status } = await lake.run(sql, { QueryExecutionContext: { Database: database } });
    return Status.State === 'SUCCEEDED' ? undefined : `${Status.StateChangeReason}`;
  } catch (error) {
    return `${(error as Error).message}`;
  }
}

describe.each(statements.map((entry) => [entry.id, entry] as const))(
  '%s',
  (id, { syntax, succeed = [], fail = [] }) => {
    const named = (sql: string) => sql.replaceAll('{id}', id);

    test(syntax, async () => {
      expect(succeed.length + fail.length).toBeGreaterThan(0);
      lake.context.catalog.putDatabase({ Name: id });
      for (const sql of [...prepared, ...succeed]) expect(await failure(named(sql), id), sql).toBeUndefined();
      for (const [sql, error] of fail) expect(await failure(named(sql), id), sql).toContain(error);
    });
  },
);
