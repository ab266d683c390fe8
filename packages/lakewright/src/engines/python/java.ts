import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Spark 3.5 runs on no newer one: `getSubject is not supported`. AWS Glue 5 runs this one. */
export const JAVA_VERSION = 17;

/** Where distributions put their JDKs. */
const FOLDERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/lib/jvm'],
  darwin: ['/Library/Java/JavaVirtualMachines', '/opt/homebrew/opt', '/usr/local/opt'],
  win32: ['C:\\Program Files\\Eclipse Adoptium', 'C:\\Program Files\\Java', 'C:\\Program Files\\Amazon Corretto'],
};

/** The home of a Java 17 of this machine: `JAVA_HOME`, the `java` of the path, else one where distributions put theirs. */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const named = [...(env.JAVA_HOME ? [javaOf(env.JAVA_HOME)] : []), 'java'];
  for (const java of [...named, ...installed()]) {
    const home = await homeOf(java, env);
    if (home) return home;
  }
  return undefined;
}

export const javaOf = (home: string): string =>
  path.join(home, 'bin', process.platform === 'win32' ? 'java.exe' : 'java');

function* installed(): Generator<string> {
  for (const folder of FOLDERS[process.platform] ?? []) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).filter((entry) => entry.includes(String(JAVA_VERSION)))) {
      for (const home of [path.join(folder, name), path.join(folder, name, 'Contents', 'Home')]) {
        if (existsSync(javaOf(home))) yield javaOf(home);
      }
    }
  }
}

async function homeOf(java: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stderr } = await run(java, ['-XshowSettings:properties', '-version'], { timeout: 20_000, env });
    const property = (name: string) => new RegExp(`^\\s*${name} = (.*?)\\s*$`, 'm').exec(stderr)?.[1];
    return property('java\\.specification\\.version') === String(JAVA_VERSION) ? property('java\\.home') : undefined;
  } catch {
    return undefined;
  }
}
