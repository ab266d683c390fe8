import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declaredSuperset } from '../../src/actions/superset/declared';
import type { Assembly } from '../../src/assembly/resource';
import { resource } from '../server/temporary-lake';

let image: string;
beforeAll(() => {
  image = mkdtempSync(path.join(tmpdir(), 'lakewright-image-'));
  mkdirSync(path.join(image, 'dashboards'));
  writeFileSync(
    path.join(image, 'lakewright.container.json'),
    JSON.stringify({ environment: 'superset', entryPoint: ['sh', 'entry.sh'] }),
  );
});
afterAll(() => rmSync(image, { recursive: true, force: true }));

const task = (command: string, variables: Record<string, string>, role: string, tag = 'abc') =>
  resource('AWS::ECS::TaskDefinition', command, {
    properties: {
      TaskRoleArn: `arn:aws:iam::111122223333:role/${role}`,
      ContainerDefinitions: [
        {
          Image: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/assets:${tag}`,
          Command: [command],
          Environment: Object.entries(variables).map(([name, value]) => ({ name, value })),
        },
      ],
    },
  });

const assembly = (resources: Assembly['resources'], assets: Assembly['assets'] = []): Assembly => ({
  source: '',
  stacks: ['Stack'],
  resources,
  assets,
  images: [{ repository: 'assets', tag: 'abc', folder: image }],
  outputs: {},
  problems: [],
});

describe("the app's Superset", () => {
  test('is the task that serves, with its role, workgroup and the dashboards of its image', () => {
    const found = declaredSuperset(
      assembly([task('init', {}, 'init-role'), task('web', { ATHENA_WORKGROUP: 'analysts' }, 'superset-role')]),
    );
    expect(found).toMatchObject({
      role: 'superset-role',
      variables: { ATHENA_WORKGROUP: 'analysts' },
      entryPoint: ['sh', 'entry.sh'],
      bundle: path.join(image, 'dashboards'),
    });
  });

  test('has the dashboards that its first task fetches, where there are such', () => {
    const tasks = [task('web', {}, 'superset-role'), task('init', { BUNDLE_S3: 's3://assets/one.zip' }, 'init-role')];
    const found = declaredSuperset(
      assembly(tasks, [{ bucket: 'assets', key: 'one.zip', path: '/app/cdk.out/asset.one', packaging: 'zip' }]),
    );
    expect(found?.bundle).toBe('/app/cdk.out/asset.one');
  });

  test('is none where an image is of another kind, or of others', () => {
    expect(declaredSuperset(assembly([task('web', {}, 'role', 'unknown')]))).toBeUndefined();
    expect(declaredSuperset(assembly([]))).toBeUndefined();
  });
});
