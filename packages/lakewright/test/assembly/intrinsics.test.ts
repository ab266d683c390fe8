// biome-ignore-all lint/suspicious/noTemplateCurlyInString: patterns of Fn::Sub
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LoadOptions, loadAssembly } from '../../src/assembly';

function load(template: unknown, options: LoadOptions = {}, name = 'Lake.template.json') {
  const file = join(mkdtempSync(join(tmpdir(), 'lakewright-template-')), name);
  writeFileSync(file, typeof template === 'string' ? template : JSON.stringify(template));
  return loadAssembly(file, options);
}

/** What one value of a template becomes; its problem where it becomes nothing. */
function value(expression: unknown, rest: Record<string, unknown> = {}, options: LoadOptions = {}): unknown {
  const { Resources, ...sections } = rest as { Resources?: Record<string, unknown> };
  const assembly = load(
    {
      ...sections,
      Resources: {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'raw' } },
        Probe: { Type: 'Acme::Probe::Probe', Properties: { V: expression } },
        ...Resources,
      },
    },
    { account: '111111111111', region: 'eu-west-1', ...options },
  );
  const probe = assembly.resources.find((resource) => resource.logicalId === 'Probe');
  return probe?.problem ?? probe?.properties.V;
}

describe('intrinsic functions give what CloudFormation gives', () => {
  const cases: [title: string, expression: unknown, expected: unknown][] = [
    ['Ref of a resource', { Ref: 'Bucket' }, 'raw'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Partition' }, 'aws'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:aws:s3:::raw'],
    ['GetAtt with a dot', { 'Fn::GetAtt': 'Bucket.RegionalDomainName' }, 'raw.s3.eu-west-1.amazonaws.com'],
    ['GetAtt of a declared property', { 'Fn::GetAtt': ['Bucket', 'BucketName'] }, 'raw'],
    ['Join of mixed scalars', { 'Fn::Join': ['-', ['a', 1, true, { Ref: 'Bucket' }]] }, 'a-1-true-raw'],
    ['Join over a Split', { 'Fn::Join': ['+', { 'Fn::Split': [',', 'a,b'] }] }, 'a+b'],
    ['Join without NoValue', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::NoValue' }]] }, 'a'],
    ['Sub with references', { 'Fn::Sub': '${AWS::Region}/${Bucket}/${Bucket.Arn}' }, 'eu-west-1/raw/arn:aws:s3:::raw'],
    ['Sub with variables and a literal', { 'Fn::Sub': ['${x}-${!y}', { x: { Ref: 'Bucket' } }] }, 'raw-${y}'],
    ['Sub of a value with placeholders in it', { 'Fn::Sub': ['${x}', { x: '${AWS::Region}' }] }, '${AWS::Region}'],
    ['Select by text index', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Select after Split', { 'Fn::Select': [2, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'c'],
    ['Base64', { 'Fn::Base64': 'lake' }, 'bGFrZQ=='],
    ['GetAZs of here', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['Cidr', { 'Fn::Cidr': ['10.0.0.0/16', 3, 5] }, ['10.0.0.0/27', '10.0.0.32/27', '10.0.0.64/27']],
    ['Cidr of IPv6', { 'Fn::Cidr': ['2001:db8::/56', 2, 64] }, ['2001:db8::/64', '2001:db8:0:1::/64']],
    ['Length', { 'Fn::Length': ['a', 'b'] }, 2],
    ['ToJsonString', { 'Fn::ToJsonString': { a: [1, { Ref: 'Bucket' }] } }, '{"a":[1,"raw"]}'],
    ['a nested object with NoValue', { a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    ['an IAM condition', { Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
    ['null', null, null],
  ];
  it.each(cases)('%s', (_, expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it('conditions: If, Equals, And, Or, Not, Condition', () => {
    const Conditions = {
      Yes: { 'Fn::Equals': ['a', 'a'] },
      No: { 'Fn::Not': [{ Condition: 'Yes' }] },
      Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
      Any: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    };
    const result = Object.keys(Conditions).map((name) => value({ 'Fn::If': [name, 1, 2] }, { Conditions }));
    expect(result).toEqual([1, 2, 2, 1]);
  });

  it('a branch that is not taken may name what does not exist', () => {
    const Conditions = { Yes: { 'Fn::Equals': [1, '1'] } };
    expect(value({ 'Fn::If': ['Yes', 'ok', { Ref: 'Missing' }] }, { Conditions })).toBe('ok');
  });

  it('FindInMap with and without a default', () => {
    const Mappings = { M: { 'eu-west-1': { size: 3 } } };
    expect(value({ 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'size'] }, { Mappings })).toBe(3);
    expect(value({ 'Fn::FindInMap': ['M', 'x', 'size', { DefaultValue: 7 }] }, { Mappings })).toBe(7);
    expect(value({ 'Fn::FindInMap': ['M', 'x', 'size'] }, { Mappings })).toMatch(
      /finds no 'x' → 'size' in mapping 'M'/,
    );
  });

  it('parameters by type: text, list, SSM value, SSM list', () => {
    const options = { ssm: (name: string) => ({ '/a': 'x', '/l': 'x,y' })[name] };
    const of = (Type: string, Default: unknown) =>
      value({ Ref: 'P' }, { Parameters: { P: { Type, Default } } }, options);
    expect(of('Number', 3)).toBe('3');
    expect(of('CommaDelimitedList', 'a, b')).toEqual(['a', 'b']);
    expect(of('List<Number>', '1,2')).toEqual(['1', '2']);
    expect(of('AWS::SSM::Parameter::Value<String>', '/a')).toBe('x');
    expect(of('AWS::SSM::Parameter::Value<List<String>>', '/l')).toEqual(['x', 'y']);
    expect(of('AWS::SSM::Parameter::Name', '/a')).toBe('/a');
    expect(of('AWS::SSM::Parameter::Value<String>', '/none')).toMatch(/'P' is SSM parameter '\/none', which no stack/);
    expect(of('AWS::SSM::Parameter::Value<String>', '/cdk-bootstrap/hnb659fds/version')).toMatch(/^\d+$/);
  });

  it('a NoEcho parameter is used, and starred where it would be shown', () => {
    const assembly = load({
      Parameters: { P: { Type: 'String', NoEcho: true, Default: 'secret' } },
      Resources: { B: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { Ref: 'P' } } } },
      Outputs: { O: { Value: { 'Fn::Sub': 'x${P}' } } },
    });
    expect(assembly.resources[0]?.properties.DisplayName).toBe('secret');
    expect(assembly.outputs).toEqual({ Lake: { O: '****' } });
  });

  it('an SSM reference is resolved, one to a secret is kept', () => {
    const options = { ssm: (name: string) => (name === '/a' ? 'x' : undefined) };
    expect(value('v-{{resolve:ssm:/a:3}}', {}, options)).toBe('v-x');
    expect(value({ 'Fn::Sub': '{{resolve:ssm:/${Bucket}}}' }, {}, options)).toMatch(
      /no stack of the assembly declares this/,
    );
    const secret = '{{resolve:secretsmanager:db:SecretString:password}}';
    expect(value(secret)).toBe(secret);
  });

  it('Fn::ForEach loops over resources and over properties', () => {
    const assembly = load({
      Transform: 'AWS::LanguageExtensions',
      Parameters: { Zones: { Type: 'CommaDelimitedList', Default: 'raw,clean-1' } },
      Resources: {
        'Fn::ForEach::All': [
          'Zone',
          { Ref: 'Zones' },
          {
            'Bucket&{Zone}': {
              Type: 'AWS::S3::Bucket',
              Properties: { BucketName: { 'Fn::Sub': 'x-${Zone}' }, T: { Ref: 'Zone' } },
            },
          },
        ],
      },
    });
    expect(assembly.problems).toEqual([]);
    expect(assembly.resources.map((one) => [one.logicalId, one.physicalId, one.properties.T])).toEqual([
      ['Bucketraw', 'x-raw', 'raw'],
      ['Bucketclean1', 'x-clean-1', 'clean-1'],
    ]);
  });
});

describe('what cannot be resolved is one clear line', () => {
  const cases: [title: string, expression: unknown, expected: RegExp][] = [
    ['an unknown intrinsic', { 'Fn::Frobnicate': 1 }, /^intrinsic function 'Fn::Frobnicate' is unknown$/],
    ['a macro', { 'Fn::Transform': { Name: 'AWS::Include' } }, /Fn::Transform 'AWS::Include' is not supported/],
    ['a missing reference', { Ref: 'Nope' }, /Ref 'Nope': the template has no such resource or parameter/],
    ['a missing attribute owner', { 'Fn::GetAtt': ['Nope', 'Arn'] }, /Fn::GetAtt 'Nope.Arn': the template has no such/],
    ['GetAtt without attribute', { 'Fn::GetAtt': 'Bucket' }, /needs a logical id and an attribute, got 'Bucket'/],
    ['an unknown pseudo parameter', { Ref: 'AWS::Moon' }, /pseudo parameter 'AWS::Moon' is unknown/],
    ['a missing export', { 'Fn::ImportValue': 'x' }, /Fn::ImportValue 'x': no stack of the assembly exports this/],
    ['a missing stack output', { 'Fn::GetStackOutput': { StackName: 'S', OutputName: 'O' } }, /has no stack 'S'/],
    ['a missing condition', { 'Fn::If': ['C', 1, 2] }, /condition 'C' is not declared/],
    ['an index out of range', { 'Fn::Select': [5, ['a']] }, /has no element '5' in a list of 1/],
    ['Join of objects', { 'Fn::Join': ['', [{ a: 1 }]] }, /Fn::Join wants text, got an object with 'a'/],
    ['Sub of a number', { 'Fn::Sub': 3 }, /Fn::Sub wants text, got '3'/],
    ['an empty delimiter', { 'Fn::Split': ['', 'a'] }, /empty delimiter/],
    ['a bad address block', { 'Fn::Cidr': ['10.0.0/8', 1, 8] }, /wants an address block/],
    ['a name that objects inherit', { Ref: 'constructor' }, /Ref 'constructor': the template has no such/],
    ['a foreign dynamic reference', '{{resolve:vault:x}}', /names an unknown service/],
  ];
  it.each(cases)('%s', (_, expression, expected) => {
    expect(value(expression)).toMatch(expected);
  });

  it('names the member that is missing, and keeps the others', () => {
    const { resources } = load({
      Resources: { B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'b', Tags: { Ref: 'Nope' } } } },
    });
    expect(resources[0]).toMatchObject({ physicalId: 'b', properties: { BucketName: 'b' }, problem: /Nope/ });
  });

  it('a DependsOn that leads nowhere', () => {
    const { resources } = load({ Resources: { A: { Type: 'AWS::SQS::Queue', DependsOn: ['Nope'] } } });
    expect(resources[0]?.problem).toBe("DependsOn 'Nope': the template has no such resource");
  });

  it('circles through Ref, GetAtt, DependsOn, names, conditions and outputs are reported', () => {
    const topic = (Properties: unknown, rest = {}) => ({ Type: 'AWS::SNS::Topic', Properties, ...rest });
    const assembly = load({
      Conditions: { C: { 'Fn::Not': [{ Condition: 'D' }] }, D: { Condition: 'C' } },
      Resources: {
        A: topic({ DisplayName: { Ref: 'B' } }),
        B: topic({ DisplayName: { 'Fn::GetAtt': ['A', 'TopicName'] } }),
        X: topic({}, { DependsOn: 'Y' }),
        Y: topic({}, { DependsOn: ['X'] }),
        N: topic({ TopicName: { Ref: 'M' } }),
        M: topic({ TopicName: { Ref: 'N' } }),
        K: topic({ DisplayName: { 'Fn::If': ['C', 'a', 'b'] } }),
        Fine: topic({ DisplayName: 'x' }),
      },
    });
    const problems = Object.fromEntries(assembly.resources.map((one) => [one.logicalId, one.problem]));
    expect(assembly.problems).toContain('Lake: circular dependency: Lake/A → Lake/B → Lake/A');
    expect(problems.X).toBe('circular dependency: Lake/X → Lake/Y → Lake/X');
    expect(problems.N).toMatch(/defined by itself \(a circle\)/);
    expect(problems.K).toMatch(/condition 'C' of 'Lake' is defined by itself/);
    expect(problems.Fine).toBeUndefined();
  });

  it('a transform and misshapen sections are named, the rest is read', () => {
    const assembly = load({
      Transform: ['AWS::Serverless-2016-10-31'],
      Mappings: 3,
      Resources: { Bad: 7, Worse: { Properties: {} }, Good: { Type: 'AWS::SQS::Queue' } },
      Outputs: { O: { Value: { Ref: 'Bad' } }, P: 'x' },
    });
    expect(assembly.resources.map((one) => one.logicalId)).toEqual(['Good']);
    expect(assembly.problems).toEqual([
      "Lake: section 'Mappings' is '3': it must be an object; it is left out",
      "Lake: resource 'Bad' is '7', which is no resource: it is left out",
      "Lake: resource 'Worse' is an object with 'Properties', which is no resource: it is left out",
      "Lake: output 'P' is 'x', which is no output: it is left out",
      "Lake: transform 'AWS::Serverless-2016-10-31' is not supported: the template is read as it is written, without expansion",
      "Lake: output 'O': Ref 'Bad': the template has no such resource or parameter",
    ]);
  });
});

describe('YAML templates', () => {
  it('every short form is read as its long form', () => {
    const assembly = load(
      `
Parameters: { Stage: { Type: String, Default: dev } }
Conditions:
  Dev: !Equals [!Ref Stage, dev]
  Never: !Not [!Condition Dev]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub 'lake-\${Stage}'
  Probe:
    Type: AWS::SNS::Topic
    Condition: Dev
    Properties:
      A: !GetAtt Bucket.Arn
      B: !Join [':', [a, !Ref Bucket]]
      C: !If [Never, x, !Select [1, !Split [',', 'p,q']]]
      D: !Sub ['\${n}', { n: !GetAtt [Bucket, Arn] }]
      E:
        Fn::Join: ['', [!Base64 x]]
      F: !Sub |
        line \${Stage}
      Date: 2012-10-17
      G: !Nope [1]
`,
      {},
      'Lake.yaml',
    );
    const probe = assembly.resources.find((one) => one.logicalId === 'Probe');
    expect(probe?.properties).toEqual({
      A: 'arn:aws:s3:::lake-dev',
      B: 'a:lake-dev',
      C: 'q',
      D: 'arn:aws:s3:::lake-dev',
      E: 'eA==',
      F: 'line dev\n',
      Date: '2012-10-17',
    });
    expect(probe?.problem).toBe("intrinsic function 'Fn::Nope' is unknown");
  });
});
