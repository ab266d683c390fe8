// Copies one file, making the folders above it: `node copy-file.mjs FROM TO`, on every system alike.
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const [from, to] = process.argv.slice(2);
mkdirSync(path.dirname(to), { recursive: true });
copyFileSync(from, to);
