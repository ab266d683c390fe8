import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LakewrightError } from '../../host/host';

/**
 * Runs the app's own command (`app` of cdk.json) as the CDK's command line does, into a folder.
 *
 * @throws LakewrightError LW_WATCH_NO_APP, LW_WATCH_SYNTH
 */
export async function synthesize(directory: string, output: string): Promise<void> {
  const file = path.join(directory, 'cdk.json');
  const { app, context = {} } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (typeof app !== 'string') {
    const text = `${file} → "app", the command that synthesizes, is expected → add it, or run cdk synth and start again`;
    throw new LakewrightError('LW_WATCH_NO_APP', text, 2);
  }
  const env = {
    ...process.env,
    PATH: [...binariesOf(directory), process.env.PATH ?? ''].join(path.delimiter),
    CDK_OUTDIR: output,
    CDK_CONTEXT_JSON: JSON.stringify(context),
  };
  const lines: string[] = [];
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(app, { cwd: directory, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => lines.push(String(chunk)));
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new LakewrightError('LW_WATCH_SYNTH', `${app} ended with ${code}: ${lines.join('').trim().slice(-2000)}`);
}

/** As npm has them: a workspace's tools are often those of the folder above. */
function binariesOf(directory: string): string[] {
  const above = path.dirname(directory);
  return [path.join(directory, 'node_modules', '.bin'), ...(above === directory ? [] : binariesOf(above))];
}

/** Whether two assemblies have the same templates; an asset's name in them says what is in it. */
export function sameTemplates(one: string, other: string): boolean {
  const templates = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.template.json'))
      .sort();
  const [names, others] = [templates(one), templates(other)];
  if (names.join() !== others.join()) return false;
  return names.every((name) => readFileSync(path.join(one, name)).equals(readFileSync(path.join(other, name))));
}
