import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { serve, temporaryLake } from '../server/temporary-lake';
import { temporaryFolder } from '../workspace/temporary-workspace';
import { clientEnvironment, hasProgram, runProgram } from './run-program';

async function cli() {
  const lake = await temporaryLake();
  const { url } = await serve(lake);
  const home = temporaryFolder();
  const env = clientEnvironment(url, home);
  const run = (args: string[], input?: string) => runProgram('aws', args, { env, cwd: home, input });
  const aws = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(args);
    if (code !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  await aws('s3', 'mb', 's3://raw');
  return { lake, home, aws, run };
}

describe.skipIf(!hasProgram('aws'))('AWS CLI', () => {
  it('copies files up, down, around and from standard input', async () => {
    const { lake, home, aws, run } = await cli();
    fs.writeFileSync(path.join(home, 'a b.csv'), 'x,y\n');
    await aws('s3', 'cp', 'a b.csv', 's3://raw/in/ü b.csv');
    expect(await lake.objects.head('raw', 'in/ü b.csv')).toMatchObject({ contentType: 'text/csv', size: 4 });
    await aws(
      's3',
      'cp',
      's3://raw/in/ü b.csv',
      's3://raw/out/copy.csv',
      '--metadata',
      'a=b',
      '--metadata-directive',
      'REPLACE',
    );
    await aws('s3', 'cp', 's3://raw/out/copy.csv', 'down.csv');
    expect(fs.readFileSync(path.join(home, 'down.csv'), 'utf8')).toBe('x,y\n');
    expect((await run(['s3', 'cp', '-', 's3://raw/piped'], 'from a pipe')).code).toBe(0);
    expect(await aws('s3', 'cp', 's3://raw/piped', '-')).toBe('from a pipe');
    expect(await aws('s3', 'ls', 's3://raw/')).toMatch(/PRE in\/\n\s+PRE out\/\n.* 11 piped/);
    expect(await aws('s3', 'ls', 's3://raw', '--recursive', '--summarize')).toContain('Total Objects: 3');
    await aws('s3', 'mv', 's3://raw/piped', 's3://raw/moved');
    await aws('s3', 'rm', 's3://raw', '--recursive', '--exclude', 'moved');
    expect((await lake.objects.list('raw')).map(({ key }) => key)).toEqual(['moved']);
    await aws('s3', 'rb', 's3://raw', '--force');
    expect(await aws('s3', 'ls')).toBe('');
  });

  it('syncs folders both ways, and only what changed', async () => {
    const { lake, home, aws } = await cli();
    for (let index = 0; index < 30; index++) {
      const file = path.join(home, 'data', `dt=${index % 3}`, `${index}.txt`);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, String(index));
    }
    await aws('s3', 'sync', 'data', 's3://raw/data');
    expect(await lake.objects.list('raw')).toHaveLength(30);
    expect(await aws('s3', 'sync', 'data', 's3://raw/data')).toBe('');
    fs.rmSync(path.join(home, 'data', 'dt=0'), { recursive: true });
    await aws('s3', 'sync', 'data', 's3://raw/data', '--delete');
    expect(await lake.objects.list('raw')).toHaveLength(20);
    await aws('s3', 'sync', 's3://raw/data', 'back');
    expect(fs.readFileSync(path.join(home, 'back', 'dt=1', '28.txt'), 'utf8')).toBe('28');
  });

  it('uploads a large file in parts', async () => {
    const { lake, home, aws } = await cli();
    fs.writeFileSync(path.join(home, 'big'), Buffer.alloc(20 * 1024 * 1024, 'lake'));
    await aws('s3', 'cp', 'big', 's3://raw/big');
    expect(await lake.objects.head('raw', 'big')).toMatchObject({
      size: 20 * 1024 * 1024,
      etag: expect.stringMatching(/-3"$/),
    });
    await aws('s3', 'cp', 's3://raw/big', 'again');
    expect(Buffer.compare(fs.readFileSync(path.join(home, 'big')), fs.readFileSync(path.join(home, 'again')))).toBe(0);
  });

  it('calls the API of each service', async () => {
    const { lake, home, aws, run } = await cli();
    fs.writeFileSync(path.join(home, 'body'), 'hello');
    await aws(
      's3api',
      'put-object',
      '--bucket',
      'raw',
      '--key',
      'k',
      '--body',
      'body',
      '--tagging',
      'a=b',
      '--metadata',
      'm=1',
    );
    expect(JSON.parse(await aws('s3api', 'get-object-tagging', '--bucket', 'raw', '--key', 'k')).TagSet).toEqual([
      { Key: 'a', Value: 'b' },
    ]);
    expect(JSON.parse(await aws('s3api', 'list-objects-v2', '--bucket', 'raw')).Contents).toMatchObject([
      { Key: 'k', Size: 5 },
    ]);
    expect(JSON.parse(await aws('s3api', 'get-bucket-location', '--bucket', 'raw'))).toEqual({
      LocationConstraint: 'eu-west-1',
    });
    expect(JSON.parse(await aws('sts', 'get-caller-identity'))).toMatchObject({ Account: lake.account });
    await aws('ssm', 'put-parameter', '--name', '/p', '--value', 'v', '--type', 'String');
    expect(JSON.parse(await aws('ssm', 'get-parameter', '--name', '/p')).Parameter.Value).toBe('v');
    await aws('secretsmanager', 'create-secret', '--name', 's', '--secret-string', 't');
    expect(JSON.parse(await aws('secretsmanager', 'get-secret-value', '--secret-id', 's')).SecretString).toBe('t');
    const presigned = await fetch((await aws('s3', 'presign', 's3://raw/k')).trim());
    expect(await presigned.text()).toBe('hello');
    const unknown = await run(['ssm', 'list-documents']);
    expect(unknown).toMatchObject({
      code: expect.not.stringMatching(/^0$/),
      stderr: expect.stringContaining("ssm:ListDocuments isn't done by Lakewright"),
    });
    const missing = await run(['s3', 'cp', 's3://raw/none', '-']);
    expect(missing.stderr).toContain('404');
    expect(await text(await lake.objects.read('raw', 'k'))).toBe('hello');
  });
});
