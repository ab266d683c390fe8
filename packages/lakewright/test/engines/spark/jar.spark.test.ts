import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ensureEnvironment, ensureJava } from '../../../src/engines/python/environment';
import { sparkHome } from '../../../src/engines/spark/jvm-pool';
import { missing } from './spark-lake';

const root = path.resolve(__dirname, '../../..');
const java = missing ? '' : await ensureJava();
const compiler = path.join(java, 'bin', 'javac');
const why = missing ?? (existsSync(compiler) ? undefined : `no ${compiler}`);

test.skipIf(why)(`the jar is what its source gives, byte for byte${why ? ` (not run: ${why})` : ''}`, async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lakewright-jar-'));
  try {
    for (const name of ['glue-5.0', 'glue-5.1']) {
      const environment = await ensureEnvironment(name);
      const classpath = [path.join(sparkHome(environment), 'jars', '*'), ...environment.jars].join(path.delimiter);
      const built = path.join(folder, `${name}.jar`);
      execFileSync(process.execPath, [path.join(root, 'scripts', 'spark-jar.mjs'), java, classpath, built]);
      expect(readFileSync(built).equals(readFileSync(path.join(root, 'runtimes/spark/lakewright-spark.jar')))).toBe(
        true,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
