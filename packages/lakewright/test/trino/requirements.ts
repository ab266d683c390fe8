import { execFileSync } from 'node:child_process';
import { findTrino, TRINO_VERSION } from '../../src/engines/trino/install';
import { findJava } from '../../src/engines/trino/java';

/** What this machine lacks to start a real Trino; undefined where nothing is missing. */
export async function whatIsMissing(): Promise<string | undefined> {
  const java = await findJava().catch(() => undefined);
  if (!java) return 'Java 24 or newer';
  if (findTrino()) return undefined;
  try {
    execFileSync('mvn', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `Maven, or Trino ${TRINO_VERSION}`;
  }
}
