// Judges the SQL engine against recorded answers of Trino: npm run corpus -- [FILE.jsonl] [options] (see --help).
import { createRequire } from 'node:module';

const require = createRequire(new URL('../packages/lakewright/package.json', import.meta.url));
require('tsx/cjs');
const { main } = require('./scripts/corpus/main.ts');
await main(process.argv.slice(2));
