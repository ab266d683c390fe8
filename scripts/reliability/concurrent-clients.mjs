// 16 clients of one server at once: writers, readers and queries. Every acknowledged object must be there at the end.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

const WRITERS = 6;
const READERS = 5;
const QUERIERS = 5;

/** Throws on the first error; otherwise returns what was done. */
export async function concurrentClients({ lakewright, app, seconds }) {
  const require = createRequire(join(dirname(dirname(lakewright)), 'package.json'));
  const {
    S3Client,
    CreateBucketCommand,
    GetObjectCommand,
    PutObjectCommand,
    ListObjectsV2Command,
  } = require('@aws-sdk/client-s3');
  const athena = require('@aws-sdk/client-athena');
  const workspace = mkdtempSync(join(tmpdir(), 'lakewright-clients-'));
  const server = spawn(process.execPath, [lakewright, 'serve', '--port', '0', '--json', '--workspace', workspace], {
    cwd: app,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const endpoint = await listening(server);
    const settings = {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    };
    const s3 = new S3Client({ ...settings, forcePathStyle: true });
    const sql = new athena.AthenaClient(settings);
    await s3.send(new CreateBucketCommand({ Bucket: 'busy' }));
    const written = new Map();
    const counts = { written: 0, read: 0, queries: 0 };
    const until = Date.now() + seconds * 1000;

    const writer = async (number) => {
      for (let index = 0; Date.now() < until; index++) {
        const Key = `writer-${number}/${index % 200}`;
        const Body = randomBytes(1 + Math.floor(Math.random() * 200_000));
        await s3.send(new PutObjectCommand({ Bucket: 'busy', Key, Body }));
        written.set(Key, digest(Body));
        counts.written++;
      }
    };
    const reader = async () => {
      while (Date.now() < until) {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'busy', MaxKeys: 50 }));
        for (const { Key } of Contents.slice(0, 5)) {
          const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: 'busy', Key }));
          const bytes = await Body.transformToByteArray();
          if (bytes.length !== ContentLength) throw new Error(`${Key}: ${bytes.length} of ${ContentLength} bytes`);
          counts.read++;
        }
        if (Contents.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const querier = async (number) => {
      for (let index = 0; Date.now() < until; index++) {
        const { QueryExecutionId } = await sql.send(
          new athena.StartQueryExecutionCommand({
            QueryString: `SELECT ${number} AS querier, count(*) FROM UNNEST(sequence(1, ${1 + (index % 1000)})) AS t(n)`,
            ResultConfiguration: { OutputLocation: 's3://busy-results/' },
          }),
        );
        await succeeded(sql, athena, QueryExecutionId);
        const { ResultSet } = await sql.send(new athena.GetQueryResultsCommand({ QueryExecutionId }));
        const [querierCell, countCell] = ResultSet.Rows[1].Data.map(({ VarCharValue }) => Number(VarCharValue));
        if (querierCell !== number || countCell !== 1 + (index % 1000)) throw new Error(`a query got another's answer`);
        counts.queries++;
      }
    };
    await s3.send(new CreateBucketCommand({ Bucket: 'busy-results' }));
    await Promise.all([
      ...Array.from({ length: WRITERS }, (_, number) => writer(number)),
      ...Array.from({ length: READERS }, reader),
      ...Array.from({ length: QUERIERS }, (_, number) => querier(number)),
    ]);
    for (const [Key, expected] of written) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'busy', Key }));
      if (digest(await Body.transformToByteArray()) !== expected) throw new Error(`${Key} is lost or another's`);
    }
    return { seconds, ...counts, objectsChecked: written.size, errors: 0 };
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve()));
    rmSync(workspace, { recursive: true, force: true });
  }
}

async function succeeded(client, sdk, QueryExecutionId) {
  for (;;) {
    const { QueryExecution } = await client.send(new sdk.GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason } = QueryExecution.Status;
    if (State === 'SUCCEEDED') return;
    if (State !== 'QUEUED' && State !== 'RUNNING') throw new Error(StateChangeReason);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function listening(server) {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout.on('data', (chunk) => {
      text += chunk;
      const line = text.split('\n').find((one) => one.includes('LW_SERVE_LISTENING') && one.endsWith('}'));
      if (line) resolve(JSON.parse(line).data.url);
    });
    server.once('exit', (code) => reject(new Error(`lakewright serve ended with ${code}`)));
  });
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
