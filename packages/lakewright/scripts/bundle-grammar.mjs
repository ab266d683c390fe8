// Bundles the Trino and Hive grammars of dt-sql-parser into assets/grammar.js.
//
// dt-sql-parser's ESM build uses directory imports, which Node cannot load, and it has no CommonJS build.
// Class names must survive: the AST builder recognizes parse-tree nodes by them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
mkdirSync(join(root, 'assets'), { recursive: true });
const { metafile } = await build({
  entryPoints: [join(root, 'scripts/grammar-entry.mjs')],
  outfile: join(root, 'assets/grammar.js'),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

writeFileSync(join(root, 'assets/meta.json'), JSON.stringify(metafile));
execFileSync(process.execPath, [join(root, '../../scripts/third-party-licenses.mjs'), join(root, 'assets')], {
  stdio: 'inherit',
});
