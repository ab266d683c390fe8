// `npm run clients`, `npm run spark`, …: suites of packages/lakewright that are too heavy for `npm test`.
//
//   node scripts/suite.mjs NAME [vitest options]      runs vitest.NAME.config.mts on the compiled package
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const [name, ...options] = process.argv.slice(2);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

run(require.resolve('nx/bin/nx.js'), ['run', 'lakewright:compile'], root);
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
run(vitest, ['run', '--config', `vitest.${name}.config.mts`, ...options], join(root, 'packages/lakewright'));

function run(script, args, cwd) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
