import { parseArgs } from 'node:util';
import { mariadb } from './dms-kills/mariadb';
import { killRounds } from './dms-kills/rounds';

/** `npx tsx packages/lakewright/scripts/dms-kills-mariadb.ts --rounds 20`: see dms-kills/rounds.ts. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
  await killRounds(await mariadb(), Number(values.rounds), (text) => void process.stdout.write(`${text}\n`));
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
