// biome-ignore-all lint/suspicious/noTemplateCurlyInString: patterns of Fn::Sub
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Assembly, classify, loadAssembly } from '../../src/assembly';

const folder = mkdtempSync(join(tmpdir(), 'lakewright-fuzz-'));
const file = join(folder, 'Fuzz.json');

function load(template: unknown): Assembly {
  writeFileSync(file, JSON.stringify(template));
  return loadAssembly(file);
}

const ids = ['A', 'B', 'C', 'D', 'constructor', '__proto__', 'AWS::Region', 'AWS::NoValue', 'Missing', ''];
const name = fc.constantFrom(...ids);
const types = [
  'AWS::S3::Bucket',
  'AWS::Glue::Table',
  'AWS::Lambda::Version',
  'AWS::CloudFormation::Stack',
  'AWS::SSM::Parameter',
  'Custom::CrossRegionExportReader',
  'Custom::CrossRegionExportWriter',
  'hasOwnProperty',
];
const functions = [
  ...[
    'Ref',
    'Condition',
    'Fn::GetAtt',
    'Fn::Join',
    'Fn::Sub',
    'Fn::Select',
    'Fn::Split',
    'Fn::If',
    'Fn::Equals',
    'Fn::And',
  ],
  ...[
    'Fn::Or',
    'Fn::Not',
    'Fn::FindInMap',
    'Fn::ImportValue',
    'Fn::GetStackOutput',
    'Fn::Base64',
    'Fn::GetAZs',
    'Fn::Cidr',
  ],
  ...['Fn::Length', 'Fn::ToJsonString', 'Fn::Transform', 'Fn::ForEach::X', 'Fn::Nope', 'Fn::'],
];

/** A value of any kind, in which intrinsics with arguments of any kind are frequent. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    name,
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1.5,
      '',
      'a,b',
      '{{resolve:ssm:/x}}',
      '{{resolve:secretsmanager:x}}',
      '10.0.0.0/16',
    ),
    fc.string({ maxLength: 8 }),
    fc.constantFrom('${A}', '${A.Arn}', '${!A}', '${', '${}', '${A.B.C}', '${Missing}', '${AWS::Region}'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('Name', 'BucketName', 'DatabaseName', 'x', '__proto__'), tie('value'), {
      maxKeys: 3,
    }),
    fc.tuple(fc.constantFrom(...functions), tie('value')).map(([key, argument]) => ({ [key]: argument })),
    fc
      .tuple(fc.constantFrom(...functions), fc.array(tie('value'), { maxLength: 4 }))
      .map(([key, list]) => ({ [key]: list })),
  ),
}));

const resource = fc.record(
  {
    Type: fc.oneof(fc.constantFrom(...types), fc.string({ maxLength: 12 })),
    Properties: fc.oneof(
      value,
      fc.dictionary(fc.constantFrom('BucketName', 'Name', 'TemplateURL', 'Parameters', 'Value'), value),
    ),
    DependsOn: fc.oneof(name, fc.array(name, { maxLength: 3 }), value),
    Condition: fc.oneof(name, value),
    Metadata: value,
  },
  { requiredKeys: ['Type'] },
);
const section = (entry: fc.Arbitrary<unknown>) => fc.dictionary(name, entry, { maxKeys: 5 });
const template = fc.record(
  {
    Resources: fc.oneof(
      { weight: 9, arbitrary: section(fc.oneof({ weight: 9, arbitrary: resource }, { weight: 1, arbitrary: value })) },
      value,
    ),
    Parameters: fc.oneof(
      section(
        fc.record(
          {
            Type: fc.constantFrom(
              'String',
              'CommaDelimitedList',
              'List<Number>',
              'AWS::SSM::Parameter::Value<String>',
              'x',
            ),
            Default: value,
          },
          { requiredKeys: ['Type'] },
        ),
      ),
      value,
    ),
    Mappings: fc.oneof(section(section(section(value))), value),
    Conditions: fc.oneof(section(value), value),
    Outputs: fc.oneof(
      section(
        fc.record({ Value: value, Export: fc.record({ Name: value }), Condition: value }, { requiredKeys: ['Value'] }),
      ),
      value,
    ),
    Transform: value,
  },
  { requiredKeys: ['Resources'] },
);

describe('whatever a template holds, reading it ends with an assembly', () => {
  it('random values, intrinsics of wrong types, missing references and circles', () => {
    fc.assert(
      fc.property(template, (document) => {
        const assembly = load(document);
        for (const { resource: one, note } of classify(assembly.resources, [])) {
          expect(one.path).toBeTypeOf('string');
          expect(note).toBeTypeOf('string');
          expect(one.problem ?? 'fine').not.toMatch(/undefined|\[object|TypeError/);
        }
        for (const line of assembly.problems) expect(line).not.toMatch(/\[object|TypeError/);
      }),
      { numRuns: 2000, seed: 20261121 },
    );
  });

  it('random manifests give an assembly or a coded error', () => {
    const artifact = fc.record({
      type: fc.constantFrom('aws:cloudformation:stack', 'cdk:asset-manifest', 'cdk:cloud-assembly', 'x'),
      environment: fc.oneof(fc.constant('aws://1/eu-west-1'), value),
      properties: fc.oneof(
        fc.constant({ templateFile: 'Fuzz.json', file: 'manifest.json', directoryName: 'no' }),
        value,
      ),
      dependencies: fc.oneof(fc.array(name), value),
      metadata: fc.oneof(
        fc.dictionary(name, fc.array(fc.record({ type: fc.constant('aws:cdk:asset'), data: value }))),
        value,
      ),
    });
    const manifest = fc.record({
      version: fc.constant('54.0.0'),
      artifacts: fc.oneof(fc.dictionary(name, fc.oneof(artifact, value)), value),
    });
    writeFileSync(file, JSON.stringify({ Resources: {} }));
    fc.assert(
      fc.property(manifest, (document) => {
        writeFileSync(join(folder, 'manifest.json'), JSON.stringify(document));
        try {
          loadAssembly(folder);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^LW_ASSEMBLY_/), exitCode: 2 });
        }
      }),
      { numRuns: 1000, seed: 20261121 },
    );
  });

  it('random text gives an assembly or a coded error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.constantFrom('&a [*a]', '!Ref', '? !Sub x', '- !If', 'Resources: !Ref x', '\0'),
        ),
        (text) => {
          const path = join(folder, 'text.yaml');
          writeFileSync(path, text);
          try {
            loadAssembly(path);
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^LW_ASSEMBLY_/), exitCode: 2 });
          }
        },
      ),
      { numRuns: 500, seed: 20261121 },
    );
  });
});

describe('size', () => {
  const many = (count: number, padding = '') =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `R${index}`,
        {
          Type: index % 2 ? 'AWS::S3::Bucket' : 'AWS::Glue::Table',
          DependsOn: index > 0 ? `R${index - 1}` : undefined,
          Properties: {
            DatabaseName: { 'Fn::Join': ['-', [{ Ref: 'AWS::Region' }, { 'Fn::Select': [0, ['a', 'b']] }]] },
            Arn: { 'Fn::Sub': `\${R${index && index - 1}.Arn}/${padding}` },
          },
        },
      ]),
    );

  it('500 resources in a chain take less than 200 ms', () => {
    let assembly = load({ Resources: many(500) });
    // The best of five: the machine may be busy with other tests.
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      assembly = load({ Resources: many(500) });
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(200);
    expect(assembly.resources.map((one) => one.logicalId)).toEqual(
      Array.from({ length: 500 }, (_, index) => `R${index}`),
    );
  });

  it('5 MB and 20,000 resources are read', () => {
    expect(load({ Resources: many(20_000, 'x'.repeat(100)) }).resources).toHaveLength(20_000);
    expect(load({ Resources: many(10, 'x'.repeat(500_000)) }).resources).toHaveLength(10);
  });

  it('a circle of 5,000 is named', () => {
    const ring = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [
        `R${index}`,
        { Type: 'AWS::SQS::Queue', DependsOn: `R${(index + 1) % 5000}` },
      ]),
    );
    expect(load({ Resources: ring }).problems[0]).toMatch(/^Fuzz: circular dependency: Fuzz\/R0 → Fuzz\/R1 → /);
  });

  it('names that chain through 5,000 resources end', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [
        `R${index}`,
        { Type: 'AWS::SNS::Topic', Properties: { TopicName: { 'Fn::Sub': `\${R${index + 1}}x` } } },
      ]),
    );
    const assembly = load({ Resources: chain });
    expect(assembly.resources.every((one) => one.problem !== undefined)).toBe(true);
  });

  it('depth is bounded by a sentence, in JSON and in YAML', () => {
    const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    for (const levels of [300, 100_000]) {
      writeFileSync(file, `{"Resources":{"A":{"Type":"AWS::S3::Bucket","Properties":{"X":${deep(levels)}}}}}`);
      expect(loadAssembly(file).resources[0]?.problem).toMatch(/nested deeper than 200 levels/);
    }
    const yaml = join(folder, 'deep.yaml');
    writeFileSync(yaml, `Resources: ${'['.repeat(50_000)}`);
    expect(() => loadAssembly(yaml)).toThrow(/not valid YAML/);
  });
});
