// Builds runtimes/spark/lakewright-spark.jar from its source, byte for byte the same with each Java 17:
//
//   node scripts/spark-jar.mjs JAVA_HOME CLASSPATH [OUTPUT]
//
// CLASSPATH has Spark's and Iceberg's jars: those of the environment glue-5.0.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const [java, classpath, output] = process.argv.slice(2);
const runtime = join(dirname(dirname(fileURLToPath(import.meta.url))), 'runtimes', 'spark');
const filesBelow = (folder, ending) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));

const classes = mkdtempSync(join(tmpdir(), 'lakewright-spark-jar-'));
try {
  const sources = filesBelow(join(runtime, 'src'), '.java');
  const options = ['--release', '17', '-proc:none', '-g:none', '-encoding', 'UTF-8', '-cp', classpath, '-d', classes];
  execFileSync(join(java, 'bin', 'javac'), [...options, ...sources], { stdio: 'inherit' });
  const names = filesBelow(classes, '.class').map((file) => relative(classes, file));
  // Neither a date nor a manifest, which names the JDK; compressed bytes hang on the zlib of the machine.
  const jar = ['--create', '--no-manifest', '--no-compress', '--date=1980-01-01T00:00:02Z'];
  const file = output ?? join(runtime, 'lakewright-spark.jar');
  execFileSync(join(java, 'bin', 'jar'), [...jar, `--file=${file}`, ...names.flatMap((name) => ['-C', classes, name])]);
} finally {
  rmSync(classes, { recursive: true, force: true });
}
