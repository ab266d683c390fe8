// node third-party-licenses.mjs <folder with esbuild's meta.json>
//
// Writes THIRD-PARTY-LICENSES.txt: name, version, licence and its text for every package that esbuild bundled into the folder.
// The permissive licences ask for exactly that when code is passed on.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';

const folder = process.argv[2];
const meta = join(folder, 'meta.json');
const inputs = Object.keys(JSON.parse(readFileSync(meta, 'utf8')).inputs).filter((path) =>
  path.includes('node_modules/'),
);
const packages = [...new Set(inputs.map((path) => packageOf(resolve(path))))].sort();
writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), packages.map(entry).join(`\n${'-'.repeat(80)}\n\n`));
rmSync(meta);

/** The nearest folder above whose package.json has a name: some packages have nested ones without. */
function packageOf(path) {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) return directory;
  }
}

function entry(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((one) => /^licen[cs]e/i.test(one));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(directory, file), 'utf8') : ''}`;
}
