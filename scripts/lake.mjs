// `npm run lake`: compiles what changed, synthesizes the sample lake and runs it. Arguments go to `lakewright run`.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(root, 'apps/batch-lake');

const nx = createRequire(import.meta.url).resolve('nx/bin/nx.js');
const projects = 'lakewright,@lakewright-apps/batch-lake';
// The output is worth reading only when something is wrong.
const build = spawnSync(process.execPath, [nx, 'run-many', '-t', 'compile', 'synth', '-p', projects], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (build.status !== 0) {
  process.stderr.write(build.stdout + build.stderr);
  process.exit(build.status ?? 1);
}

const lakewright = join(root, 'packages/lakewright/bin/lakewright.js');
const run = spawnSync(process.execPath, [lakewright, 'run', ...process.argv.slice(2)], { cwd: app, stdio: 'inherit' });
process.exit(run.status ?? 1);
