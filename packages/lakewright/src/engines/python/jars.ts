import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LakewrightError } from '../../host/host';
import type { EnvironmentKind, Jar } from './catalog';
import { type InstallOptions, program } from './install';

/** Spark resolves the coordinates as it starts; then there is nothing more to do. */
const SCRIPT = `
import sys
from pyspark.sql import SparkSession
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
builder.config("spark.jars.packages", sys.argv[1]).config("spark.jars.ivy", sys.argv[2]).getOrCreate().stop()
`;

/**
 * Fetches an environment's Java archives by Spark's own resolver, which uses the user's Maven settings
 * (`spark.jars.ivySettings`), and checks each against its pinned SHA-256.
 *
 * @throws LakewrightError LW_ENVIRONMENT_HASH
 */
export async function fetchJars(
  kind: EnvironmentKind,
  python: string,
  folder: string,
  /** With the JAVA_HOME that Spark takes. */
  options: Omit<InstallOptions, 'name' | 'pinned'>,
): Promise<readonly string[]> {
  if (!kind.jars?.length) return [];
  options.onProgress(`${kind.name}: ${kind.jars.map((jar) => jar.coordinates).join(', ')}`);
  const script = path.join(folder, 'fetch-jars.py');
  const cache = path.join(folder, 'ivy');
  writeFileSync(script, SCRIPT);
  const coordinates = kind.jars.map((jar) => jar.coordinates).join(',');
  try {
    await program(python, [script, coordinates, cache], { ...options, name: kind.name, pinned: true });
  } finally {
    rmSync(script, { force: true });
  }
  const jars: string[] = [];
  for (const jar of kind.jars) jars.push(await checked(kind, jar, path.join(cache, 'jars')));
  return jars;
}

async function checked(kind: EnvironmentKind, jar: Jar, folder: string): Promise<string> {
  const [group, artifact, version] = jar.coordinates.split(':');
  const file = path.join(folder, `${group}_${artifact}-${version}.jar`);
  if (!existsSync(file)) {
    const found = existsSync(folder) ? readdirSync(folder).join(', ') : 'nothing';
    throw new LakewrightError(
      'LW_ENVIRONMENT_FAILED',
      `the environment "${kind.name}": Spark didn't fetch ${jar.coordinates} (it has ${found})`,
    );
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  const digest = hash.digest('hex');
  if (digest === jar.sha256) return file;
  throw new LakewrightError(
    'LW_ENVIRONMENT_HASH',
    `${jar.coordinates} has the SHA-256 ${digest} → ${jar.sha256} was pinned → look at where Spark gets its packages from`,
  );
}
