import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { LakewrightError } from '../../host/host';

const run = promisify(execFile);

/** Trino 476 needs it. */
export const LOWEST_JAVA = 24;

export interface Java {
  /** Absolute path, or the command on PATH. */
  readonly command: string;
  /** Feature version: 17, 24, 25. */
  readonly version: number;
}

/** Where installers put JDKs, a folder for each. */
const HOMES = ['/usr/lib/jvm', '/Library/Java/JavaVirtualMachines', 'C:\\Program Files\\Eclipse Adoptium'];

/**
 * A Java that is new enough: `LAKEWRIGHT_JAVA` alone if it is set, else that of `JAVA_HOME`, `java` on the path, and the usual
 * folders of JDKs. None is ever downloaded.
 *
 * @throws LakewrightError LW_JAVA_MISSING that says what was found instead
 */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<Java> {
  const candidates = env.LAKEWRIGHT_JAVA
    ? [env.LAKEWRIGHT_JAVA]
    : [...(env.JAVA_HOME ? [path.join(env.JAVA_HOME, 'bin', 'java')] : []), 'java', ...HOMES.flatMap(installed)];
  const others: string[] = [];
  for (const command of candidates) {
    const version = await versionOf(command);
    if (version !== undefined && version >= LOWEST_JAVA) return { command, version };
    others.push(version === undefined ? `${command} is no Java` : `${command} is Java ${version}`);
  }
  throw new LakewrightError(
    'LW_JAVA_MISSING',
    `${others.join(', ')} → Trino needs Java ${LOWEST_JAVA} or newer → install one, or set LAKEWRIGHT_JAVA to its java`,
  );
}

function installed(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .reverse()
    .flatMap((name) => [
      path.join(folder, name, 'bin', 'java'),
      path.join(folder, name, 'Contents', 'Home', 'bin', 'java'),
    ])
    .filter((file) => existsSync(file) || existsSync(`${file}.exe`));
}

/** `openjdk version "25.0.3" …` → 25; `"1.8.0_402"` → 8. */
async function versionOf(command: string): Promise<number | undefined> {
  try {
    const { stderr } = await run(command, ['-version'], { timeout: 20_000 });
    const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(stderr) ?? [];
    return first === '1' ? Number(second) : first === undefined ? undefined : Number(first);
  } catch {
    return undefined;
  }
}
