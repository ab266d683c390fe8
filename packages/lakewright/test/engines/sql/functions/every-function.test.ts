import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SqlError } from '../../../../src/engines/sql';
import { functions } from '../../../../src/engines/sql/functions';
import { translateText } from '../fixture';

/** SHOW FUNCTIONS of Trino 476. */
const trino: Record<string, unknown> = JSON.parse(
  readFileSync(join(__dirname, '../../../corpus/trino-functions.json'), 'utf8'),
);

test('no function of Trino is said not to exist: it is covered, or refused by name', async () => {
  const denied: string[] = [];
  for (const name of Object.keys(trino)) {
    if (functions.isNotCovered(name)) continue;
    if ((['scalar', 'aggregate', 'window'] as const).some((kind) => functions.overloads(kind, name).length > 0))
      continue;
    const error = await translateText(`SELECT ${name}(1, 2, 3, 4, 5, 6, 7, 8, 9)`).catch((failure: unknown) => failure);
    if (error instanceof SqlError && error.message.includes('not registered')) denied.push(name);
  }
  expect(denied).toEqual([]);
});

test('what Trino does not have is said not to exist', async () => {
  const error = await translateText('SELECT list_transform(1)').catch((failure: unknown) => failure);
  expect(error).toMatchObject({ errorName: 'FUNCTION_NOT_FOUND' });
});
