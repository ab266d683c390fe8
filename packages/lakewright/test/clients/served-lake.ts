import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const LAKEWRIGHT = path.join(__dirname, '../../bin/lakewright.js');
const TEMPLATE = { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'client-bucket' } } } };

export interface ServedLake {
  readonly url: string;
  readonly bucket: string;
  /** Of the server; its SQL engine is a child. */
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * `lakewright serve`, compiled, in a process of its own: what a user's client talks to.
 *
 * @param synthesize makes the app in a folder, and says what `--app` is; without it the lake is one bucket
 */
export async function serveLake(synthesize?: (folder: string) => Promise<string>): Promise<ServedLake> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lakewright-served-'));
  writeFileSync(path.join(folder, 'lake.json'), JSON.stringify(TEMPLATE));
  const app = (await synthesize?.(folder)) ?? 'lake.json';
  const server = spawn(process.execPath, [LAKEWRIGHT, 'serve', '--app', app, '--port', '0', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await listening(server);
  return { url, bucket: 'client-bucket', pid: server.pid as number, stop: () => stopped(server, folder) };
}

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (chunk) => {
      text += chunk;
      const line = text.split('\n').find((one) => one.includes('LW_SERVE_LISTENING') && one.endsWith('}'));
      if (line) resolve(JSON.parse(line).data.url);
    });
    server.once('exit', (code) => reject(new Error(`lakewright serve ended with ${code}`)));
  });
}

async function stopped(server: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
