// Copies a file or a folder, making the folders above it: `node copy-file.mjs FROM TO`, on every system alike.
import { cpSync } from 'node:fs';
import process from 'node:process';

const [from, to] = process.argv.slice(2);
cpSync(from, to, { recursive: true, filter: (path) => !path.includes('__pycache__') });
