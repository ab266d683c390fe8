// Bundles the console's page into assets/console: one script, one style sheet, no request to anywhere else.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const MOST_BYTES = 600_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'assets/console');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await build({
  entryPoints: { app: join(root, 'console/main.tsx') },
  outdir: out,
  bundle: true,
  format: 'iife',
  target: ['chrome123', 'firefox120', 'safari17.5'], // light-dark()
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: !process.argv.includes('--readable'),
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
for (const name of ['index.html', 'icon.svg']) cpSync(join(root, 'console', name), join(out, name));

writeFileSync(join(out, 'meta.json'), JSON.stringify(metafile));
execFileSync(process.execPath, [join(root, '../../scripts/third-party-licenses.mjs'), out], { stdio: 'inherit' });

const bytes = ['app.js', 'app.css', 'index.html']
  .map((name) => gzipSync(readFileSync(join(out, name))).length)
  .reduce((sum, one) => sum + one);
if (bytes > MOST_BYTES) {
  process.stderr.write(`the console has ${bytes} bytes (gzip); ${MOST_BYTES} are allowed\n`);
  process.exit(1);
}
