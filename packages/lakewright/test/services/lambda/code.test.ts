import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../workspace/temporary-workspace';
import { asset, codeOf, functionLake, nodeFunction } from './function-lake';

describe("a function's code", () => {
  test.each([
    ['lib/handlers/main.handler', { 'lib/handlers/main.js': 'exports.handler = async () => "folder";' }, 'folder'],
    ['main.handler', { 'main.mjs': 'export const handler = async () => import.meta.url.slice(0, 5);' }, 'file:'],
    [
      'main.handler',
      { 'package.json': '{"type":"module"}', 'main.js': 'export const handler = async () => "esm";' },
      'esm',
    ],
    [
      'main.handler',
      { 'package.json': '{"type":"module"}', 'main.cjs': 'exports.handler = async () => "cjs";' },
      'cjs',
    ],
    [
      'main.handler',
      {
        'main.js': 'exports.handler = async () => require("inside").value;',
        'node_modules/inside/index.js': 'exports.value = 5;',
      },
      5,
    ],
  ] as const)('%s', async (Handler, files, answer) => {
    const code = asset('code', files);
    const { invoke } = await functionLake(
      { F: nodeFunction('', { ...codeOf(code), Handler, FunctionName: 'f' }) },
      {},
      [code],
    );
    expect(await invoke('f')).toEqual({ failed: false, payload: answer });
  });

  test('may be an archive, or an object of the lake; layers bring modules', async () => {
    const folder = temporaryFolder();
    fs.writeFileSync(path.join(folder, 'index.js'), 'exports.handler = async () => require("layered").name;');
    execFileSync('python3', ['-m', 'zipfile', '-c', 'code.zip', 'index.js'], { cwd: folder });
    const archive = {
      bucket: 'assets',
      key: 'code.zip',
      path: path.join(folder, 'code.zip'),
      packaging: 'file',
    } as const;
    const layer = asset('layer', { 'nodejs/node_modules/layered/index.js': 'exports.name = "layer";' });
    const { invoke, lake } = await functionLake(
      {
        Layer: { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: codeOf(layer).Code } },
        F: nodeFunction('', { ...codeOf(archive), FunctionName: 'f', Layers: [{ Ref: 'Layer' }] }),
        Code: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'code-bucket' } },
        G: nodeFunction('', {
          ...{ FunctionName: 'g', Layers: [{ Ref: 'Layer' }, 'arn:aws:lambda:us-east-1:1:layer:foreign:1'] },
          Code: { S3Bucket: 'code-bucket', S3Key: 'code.zip' },
        }),
      },
      {},
      [layer, archive],
    );
    expect((await invoke('f')).payload).toBe('layer');
    lake.objects.createBucket('other');
    await lake.objects.write('code-bucket', 'code.zip', fs.readFileSync(archive.path));
    expect((await invoke('g')).payload).toBe('layer');
    const { classify } = lake.service('lambda').resources['AWS::Lambda::Function'];
    const g = lake.resources.find(({ logicalId }) => logicalId === 'G');
    expect(g && classify?.(g)).toEqual({
      classification: 'executed',
      note: expect.stringContaining('layer:foreign:1'),
    });
  });

  test('that is nowhere is named', async () => {
    const { lake } = await functionLake({
      F: nodeFunction('', { FunctionName: 'f', Code: { S3Bucket: 'b', S3Key: 'gone.zip' } }),
    });
    await expect(lake.call('lambda', 'Invoke', { FunctionName: 'f' })).rejects.toThrow(
      /s3:\/\/b\/gone.zip is neither an asset of the app nor an object here/,
    );
  });
});
