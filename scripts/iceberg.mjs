// `npm run iceberg`: one table written in turn by Athena SQL, Spark and PyIceberg (packages/lakewright/test/iceberg).
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const run = (script, args, cwd) => {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

run(require.resolve('nx/bin/nx.js'), ['run', 'lakewright:compile'], root);
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
run(
  vitest,
  ['run', '--config', 'vitest.iceberg.config.mts', ...process.argv.slice(2)],
  join(root, 'packages/lakewright'),
);
