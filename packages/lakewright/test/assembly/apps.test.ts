import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { classify, loadAssembly } from '../../src/assembly';
import { APPS } from './apps';

/** Apps that can't be resolved to the last value, and why: all others resolve without a problem. */
const KNOWN: Readonly<Record<string, RegExp>> = {
  'a database with its secret': /output 'Host' is made up, only AWS knows Fn::GetAtt Db[\w]+\.Endpoint\.Address/,
  'a provider-backed custom resource': /output 'Answer' is made up, only AWS knows Fn::GetAtt Thing\.Answer/,
  'Redshift Serverless and DynamoDB':
    /output 'Host' is made up, only AWS knows Fn::GetAtt Wg\.Workgroup\.Endpoint\.Address/,
  'tokens and lazy values everywhere': /Fn::ImportValue 'elsewhere': no stack of the assembly exports this/,
};

function synthesize(build: (app: cdk.App) => void, context: Record<string, unknown> = {}): string {
  const outdir = mkdtempSync(join(tmpdir(), 'lakewright-out-'));
  const app = new cdk.App({ outdir, context });
  build(app);
  app.synth();
  return outdir;
}

/** Resources in all templates of a folder and its stages. */
function declared(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.isDirectory() && entry.name.startsWith('assembly-')) return sum + declared(join(folder, entry.name));
    if (!entry.name.endsWith('.template.json')) return sum;
    const resources = JSON.parse(readFileSync(join(folder, entry.name), 'utf8')).Resources ?? {};
    return sum + Object.values<{ Condition?: string }>(resources).filter((one) => one.Condition === undefined).length;
  }, 0);
}

describe('every app of the gallery', () => {
  it('there are at least thirty', () => {
    expect(Object.keys(APPS).length).toBeGreaterThanOrEqual(30);
  });

  for (const [name, build] of Object.entries(APPS)) {
    it(`${name}: each resource is resolved and classified`, () => {
      const folder = synthesize(build);
      const assembly = loadAssembly(folder);
      const classified = classify(assembly.resources, []);
      // CDKMetadata is the only conditional resource besides those of the app about conditions.
      expect(classified.length).toBeGreaterThanOrEqual(declared(folder));
      for (const { resource, note } of classified) {
        expect(resource.path).toMatch(/\//);
        expect(resource.path).not.toMatch(/undefined/);
        expect(resource.physicalId).not.toBe('');
        expect(note).toBeTypeOf('string');
        if (!name.startsWith('stages')) continue;
        expect(resource.path.split('/')[0]).toMatch(/^(Dev|Prod|Outer)$/);
      }
      const lines = [...assembly.problems, ...assembly.resources.flatMap((resource) => resource.problem ?? [])];
      const known = KNOWN[name];
      if (known === undefined) expect(lines).toEqual([]);
      else expect(lines.join('\n')).toMatch(known);
      expect(JSON.stringify(assembly.resources.map((resource) => resource.properties))).not.toMatch(
        /"(Ref|Fn::[A-Za-z]+)":/,
      );
      expect(loadAssembly(folder)).toEqual(assembly);
    });
  }
});

describe('values that an app passes around', () => {
  const load = (name: string, options = {}) => loadAssembly(synthesize(APPS[name] as (app: cdk.App) => void), options);
  const byPath = (assembly: ReturnType<typeof loadAssembly>, path: string) => {
    const found = assembly.resources.find((resource) => resource.path === path);
    if (found === undefined) throw new Error(`no ${path} in ${assembly.resources.map((one) => one.path).join(', ')}`);
    return found;
  };

  it('an export reaches the other stack, which comes later', () => {
    const assembly = load('two stacks with an export');
    const bucket = byPath(assembly, 'Storage/Raw/Resource');
    expect(assembly.stacks).toEqual(['Storage', 'Catalog']);
    expect(byPath(assembly, 'Catalog/Db').properties.DatabaseInput.LocationUri).toBe(`s3://${bucket.physicalId}/x`);
  });

  it('a value crosses regions as its own bucket ARN', () => {
    const assembly = load('a reference across regions');
    const bucket = byPath(assembly, 'Far/Raw/Resource');
    expect(byPath(assembly, 'Near/Name/Resource').properties.Value).toBe(bucket.arn);
    expect(bucket.region).toBe('eu-west-1');
  });

  it('nested stacks see the parent and are seen by it', () => {
    const assembly = load('nested stacks that pass values both ways');
    expect(byPath(assembly, 'Parent/Child/In/Resource').properties.Value).toBe(
      byPath(assembly, 'Parent/Raw/Resource').physicalId,
    );
    expect(byPath(assembly, 'Parent/Out/Resource').properties.Value).toBe(
      byPath(assembly, 'Parent/Child/Queue/Resource').arn,
    );
    byPath(assembly, 'Parent/Child/Grandchild/Raw/Resource');
  });

  it('equal logical ids in parent and nested stack keep their own construct paths', () => {
    const assembly = load('nested stacks that share a logical id with their parent');
    const same = assembly.resources.filter((resource) => resource.logicalId === 'Same');
    expect(same.map((resource) => resource.path).sort()).toEqual(['Parent/Child/Raw', 'Parent/Raw']);
    expect(new Set(same.map((resource) => resource.physicalId)).size).toBe(2);
  });

  it('an SSM parameter of one stack is known in the next', () => {
    const topic = byPath(load('SSM lookups at synth and at deployment'), 'Reader/B/Resource');
    expect(topic.physicalId).toBe('arn:aws:sns:eu-west-1:111111111111:raw-bucket');
    expect(topic.properties.DisplayName).toBe('x-raw-bucket');
  });

  it('parameters choose conditions and mappings', () => {
    const dev = load('conditions, mappings and parameters');
    expect(byPath(dev, 'Options/Raw').properties).toEqual({
      BucketName: 'lake-converted',
      Tags: [{ Key: 'keep', Value: 1 }],
    });
    expect(dev.outputs.Options).toEqual({ Name: 'lake-converted' });
    const prod = load('conditions, mappings and parameters', { parameters: { 'Options:StageName': 'prod' } });
    expect(prod.outputs.Options?.Name).toBe(byPath(prod, 'Options/OnlyProd').physicalId);
    const wrong = load('conditions, mappings and parameters', { parameters: { StageName: 'test' } });
    expect(byPath(wrong, 'Options/Raw').problem).toMatch(/'StageName' is 'test', allowed are dev, prod/);
  });

  it('a bucket deployment says where it put what', () => {
    const assembly = load('a bucket deployment');
    const bucket = byPath(assembly, 'Deploy/Raw/Resource');
    expect(assembly.outputs.Deploy).toEqual({ Key: expect.stringMatching(/^[0-9a-f]{64}\.zip$/), To: bucket.arn });
  });

  it('secrets stay references', () => {
    const endpoint = byPath(load('a DMS task on L1s'), 'Dms/Source');
    expect(endpoint.properties.Password).toMatch(/^\{\{resolve:secretsmanager:arn:aws:.*:SecretString:password::\}\}$/);
  });

  it('what only AWS knows is noted as invented', () => {
    const custom = byPath(load('a foreign type and an escape hatch'), 'Foreign/Raw');
    expect(custom.invented).toEqual(['Ref Thing (Acme::Data::Lake)']);
  });

  it('partitions follow the region', () => {
    expect(load('China').outputs.China?.Arn).toMatch(/^arn:aws-cn:s3:::/);
    expect(load('China').outputs.China?.Domain).toMatch(/s3\.amazonaws\.com\.cn amazonaws\.com\.cn$/);
    expect(load('GovCloud').outputs.Gov?.Arn).toMatch(/^arn:aws-us-gov:lambda:us-gov-west-1:/);
  });

  it('a script asset is found under the bucket and key that the template names', () => {
    for (const name of ['a state machine with every kind of state', 'the legacy synthesizer']) {
      const assembly = load(name);
      const url =
        assembly.outputs.Legacy?.Url ??
        assembly.resources.find((resource) => resource.type === 'AWS::Glue::Job')?.properties.Command.ScriptLocation;
      expect(assembly.assets.map((asset) => `s3://${asset.bucket}/${asset.key}`)).toContain(url);
    }
  });

  it('image assets are listed with their build folder', () => {
    expect(load('dbt on Fargate').images).toHaveLength(1);
  });

  it('names are the same with and without path metadata', () => {
    const build = APPS['two stacks with an export'] as (app: cdk.App) => void;
    const plain = loadAssembly(synthesize(build));
    const rich = loadAssembly(
      synthesize(build, { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true }),
    );
    expect(rich.resources.map((one) => [one.path, one.physicalId])).toEqual(
      plain.resources.map((one) => [one.path, one.physicalId]),
    );
  });
});
