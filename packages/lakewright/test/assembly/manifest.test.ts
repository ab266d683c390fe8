// biome-ignore-all lint/suspicious/noTemplateCurlyInString: patterns of Fn::Sub
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classify, loadAssembly, revealSecrets } from '../../src/assembly';
import { LakewrightError } from '../../src/host/host';
import type { Service } from '../../src/services/service';

function folder(files: Record<string, unknown>): string {
  const path = mkdtempSync(join(tmpdir(), 'lakewright-cdk-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

const stack = (templateFile: string, rest = {}) => ({
  type: 'aws:cloudformation:stack',
  environment: 'aws://unknown-account/unknown-region',
  properties: { templateFile },
  ...rest,
});
const bucket = { Resources: { B: { Type: 'AWS::S3::Bucket' } } };

describe('what is no assembly is refused with a reason and a way out', () => {
  const cases: [title: string, make: () => string, code: string, text: RegExp][] = [
    ['nothing there', () => '/does/not/exist', 'LW_ASSEMBLY_NOT_FOUND', /nothing at .*run 'cdk synth' first/],
    ['an empty folder', () => folder({}), 'LW_ASSEMBLY_NO_MANIFEST', /is no cdk.out: it has no manifest.json/],
    [
      "the app's folder",
      () => folder({ 'cdk.out/manifest.json': { version: '54.0.0' } }),
      'LW_ASSEMBLY_NO_MANIFEST',
      /did you mean '.*cdk.out'/,
    ],
    ['a broken manifest', () => folder({ 'manifest.json': '{' }), 'LW_ASSEMBLY_BROKEN_FILE', /is not valid JSON/],
    [
      'a manifest that is a list',
      () => folder({ 'manifest.json': [] }),
      'LW_ASSEMBLY_BROKEN_FILE',
      /holds a list of 0/,
    ],
    [
      'another manifest',
      () => folder({ 'manifest.json': { name: 'x' } }),
      'LW_ASSEMBLY_NO_MANIFEST',
      /wants 'version'/,
    ],
    [
      'a newer schema',
      () => folder({ 'manifest.json': { version: '999.0.0', artifacts: {} } }),
      'LW_ASSEMBLY_NEWER_SCHEMA',
      /schema 999\.0\.0; this version reads up to \d+: update lakewright/,
    ],
    [
      'a broken template',
      () =>
        folder({
          'manifest.json': { version: '54.0.0', artifacts: { S: stack('t.json') } },
          't.json': '{"Resources":',
        }),
      'LW_ASSEMBLY_BROKEN_FILE',
      /t\.json is not valid JSON/,
    ],
    [
      'a JSON file of something else',
      () => join(folder({ 'x.json': { a: 1 } }), 'x.json'),
      'LW_ASSEMBLY_NOT_A_TEMPLATE',
      /an object with 'a'/,
    ],
    ['a text file', () => join(folder({ 'x.txt': 'hello' }), 'x.txt'), 'LW_ASSEMBLY_NOT_A_TEMPLATE', /holds 'hello'/],
    ['broken YAML', () => join(folder({ 'x.yaml': 'a: [' }), 'x.yaml'), 'LW_ASSEMBLY_BROKEN_FILE', /is not valid YAML/],
  ];
  it.each(cases)('%s', (_, make, code, text) => {
    let caught: unknown;
    try {
      loadAssembly(make());
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(LakewrightError);
    expect(caught).toMatchObject({ code, exitCode: 2 });
    expect((caught as Error).message).toMatch(text);
  });
});

describe('what is only partly there is read as far as it goes', () => {
  it('missing templates, stages and asset manifests are named', () => {
    const path = folder({
      'manifest.json': {
        version: '54.0.0',
        artifacts: {
          Gone: stack('gone.json'),
          Here: stack('here.json', { dependencies: ['Here.assets', 'Gone'] }),
          'Here.assets': { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } },
          Stage: { type: 'cdk:cloud-assembly', properties: { directoryName: 'stage' } },
          Odd: 3,
        },
      },
      'here.json': bucket,
    });
    const assembly = loadAssembly(path);
    expect(assembly.stacks).toEqual(['Here']);
    expect(assembly.problems.map((line) => line.replaceAll(path, ''))).toEqual([
      "stack 'Gone': its template '/gone.json' is missing; the stack is left out",
      "asset manifest '/assets.json' is missing; its assets are left out",
      "stage 'Stage': '/stage' has no manifest.json; the stage is left out",
    ]);
  });

  it('a nested template that is missing is a problem of its stack resource', () => {
    const nested = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://s3.x/y/z.json' } };
    const file = join(folder({ 'a.json': { Resources: { N: nested } } }), 'a.json');
    expect(loadAssembly(file).resources[0]?.problem).toMatch(/template of nested stack 'N' .* is not in the assembly/);
  });

  it('a template that nests itself ends', () => {
    const nested = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: './a.json' } };
    const file = join(folder({ 'a.json': { Resources: { N: nested } } }), 'a.json');
    expect(loadAssembly(file).resources.at(-1)?.problem).toMatch(/contains itself/);
  });
});

describe('deployment order', () => {
  it('stacks follow their dependencies, resources theirs, in declared order otherwise', () => {
    const queue = (rest = {}) => ({ Type: 'AWS::SQS::Queue', ...rest });
    const path = folder({
      'manifest.json': {
        version: '54.0.0',
        artifacts: { Second: stack('second.json', { dependencies: ['First'] }), First: stack('first.json') },
      },
      'first.json': bucket,
      'second.json': {
        Resources: {
          D: queue({ DependsOn: 'C' }),
          A: queue(),
          C: queue({ Properties: { Tags: [{ Key: 'k', Value: { 'Fn::Sub': '${B.Arn}' } }] } }),
          B: queue(),
        },
      },
    });
    const assembly = loadAssembly(path);
    expect(assembly.stacks).toEqual(['First', 'Second']);
    expect(assembly.resources.map((one) => one.logicalId)).toEqual(['B', 'B', 'C', 'D', 'A']);
    expect(assembly.resources[2]?.dependsOn).toEqual(['B']);
  });
});

describe('names', () => {
  it('are stable, within the length of their type, and differ between stacks', () => {
    const long = 'VeryLongLogicalIdOfABucketThatGoesOnAndOnAndOnAndOnAndOn0123456789';
    const template = { Resources: { [long]: { Type: 'AWS::S3::Bucket' }, Q: { Type: 'AWS::SQS::Queue' } } };
    const file = (name: string) => join(folder({ [name]: template }), name);
    const [one, again, other] = ['One.json', 'One.json', 'Other.json'].map(
      (name) => loadAssembly(file(name)).resources,
    );
    expect(one?.map((resource) => resource.physicalId)).toEqual(again?.map((resource) => resource.physicalId));
    expect(one?.[0]?.physicalId).not.toBe(other?.[0]?.physicalId);
    expect(one?.[0]?.physicalId).toMatch(/^[a-z0-9-]{3,63}$/);
    expect(one?.[1]?.physicalId).toMatch(
      /^https:\/\/sqs\.us-east-1\.amazonaws\.com\/000000000000\/One-Q-[0-9A-F]{12}$/,
    );
  });
});

describe('classification', () => {
  const service: Service = {
    name: 's3',
    operations: {},
    tasks: {},
    resources: {
      'AWS::S3::Bucket': {
        classification: 'executed',
        classify: (resource) =>
          resource.properties.ObjectLockEnabled
            ? { classification: 'simulated', note: 'object lock is not enforced' }
            : { classification: 'executed' },
      },
      'AWS::Logs::LogGroup': { classification: 'simulated', note: 'its own' },
    },
  };
  const load = (Resources: unknown) => loadAssembly(join(folder({ 'a.json': { Resources } }), 'a.json')).resources;

  it("a service's own table comes first, then the common one; the rest is unsupported by name", () => {
    const found = classify(
      load({
        B: { Type: 'AWS::S3::Bucket' },
        L: { Type: 'AWS::S3::Bucket', Properties: { ObjectLockEnabled: true } },
        G: { Type: 'AWS::Logs::LogGroup' },
        R: { Type: 'AWS::IAM::Role' },
        X: { Type: 'AWS::Nope::Nope' },
        O: { Type: '__proto__' },
      }),
      [service],
    );
    expect(found.map((one) => [one.classification, one.note, one.service?.name])).toEqual([
      ['executed', undefined, 's3'],
      ['simulated', 'object lock is not enforced', 's3'],
      ['simulated', 'its own', 's3'],
      ['recorded', 'evaluated where a role or user of the template asks', undefined],
      ['unsupported', 'AWS::Nope::Nope has no local form', undefined],
      ['unsupported', '__proto__ has no local form', undefined],
    ]);
  });

  it('a resource whose properties are unknown is not run with half of them', () => {
    const [found] = classify(load({ B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'No' } } } }), [
      service,
    ]);
    expect(found).toMatchObject({ classification: 'unsupported', note: expect.stringMatching(/Ref 'No'/) });
  });
});

describe('secrets', () => {
  it('are revealed at the moment of use, by name or ARN, key, stage and version', async () => {
    const asked: unknown[] = [];
    const arn = 'arn:aws:secretsmanager:eu-west-1:1:secret:db-abc';
    const value = await revealSecrets(
      {
        url: `pg://u:{{resolve:secretsmanager:${arn}:SecretString:password::}}@h`,
        list: ['{{resolve:ssm-secure:/db/pw:4}}', 5, '{{resolve:secretsmanager:plain}}'],
      },
      async (reference) => {
        asked.push(reference);
        return '$&';
      },
    );
    expect(value).toEqual({ url: 'pg://u:$&@h', list: ['$&', 5, '$&'] });
    expect(asked).toEqual([
      { service: 'secretsmanager', id: arn, jsonKey: 'password' },
      { service: 'ssm-secure', id: '/db/pw', versionId: '4' },
      { service: 'secretsmanager', id: 'plain' },
    ]);
  });
});
