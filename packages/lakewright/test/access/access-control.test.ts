import { describe, expect, it } from 'vitest';
import { LakeAccess } from '../../src/access/access-control';
import type { LakeResource } from '../../src/assembly/resource';
import type { ApiShape } from '../../src/services/api-shape';
import { type Caller, LOCAL_ADMIN, type ServiceError } from '../../src/services/service';
import { ACCOUNT, resource } from '../server/temporary-lake';

const as = (principal: string): Caller => ({ principal, requestId: 'test' });
const allow = (Action: string, Resource: string | string[], more: ApiShape = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const document = (...Statement: ApiShape[]) => ({ Version: '2012-10-17', Statement });
const arnOf = (kind: string, name: string) => `arn:aws:iam::${ACCOUNT}:${kind}/${name}`;
const role = (name: string, properties: ApiShape = {}, path = `Lake/${name}/Resource`) =>
  resource('AWS::IAM::Role', name, { arn: arnOf('role', name), path, properties });
const user = (name: string, properties: ApiShape = {}) =>
  resource('AWS::IAM::User', name, { arn: arnOf('user', name), path: `Lake/${name}/Resource`, properties });
const policy = (name: string, properties: ApiShape) =>
  resource('AWS::IAM::Policy', name, { properties: { PolicyName: name, ...properties } });

function access(...resources: LakeResource[]): LakeAccess {
  const clock = { now: () => new Date('2026-03-01T12:00:00Z') };
  return new LakeAccess({ account: ACCOUNT, region: 'eu-west-1', partition: 'aws', resources, clock });
}

const TABLE = `arn:aws:glue:eu-west-1:${ACCOUNT}:table/raw/flights`;
const READ = document(allow('glue:GetTable', '*'));
const get = { action: 'glue:GetTable', resources: [TABLE] };

describe('who asks', () => {
  const lake = access(
    role('analyst-role', {}, 'Lake/Analyst/Resource'),
    role('lake-Steward-Role1', {}, 'Lake/Steward/Role/Resource'),
    role('twin-1', {}, 'Lake/One/Twin/Resource'),
    role('twin-2', {}, 'Lake/Two/Twin/Resource'),
    user('anna'),
    resource('AWS::IAM::AccessKey', 'AKIAANNA', { properties: { UserName: 'anna' } }),
  );

  it.each([
    ['analyst-role', 'analyst-role'],
    ['Analyst', 'analyst-role'],
    ['Steward', 'lake-Steward-Role1'],
    ['anna', 'anna'],
    ['AKIAANNA', 'anna'],
  ])('the access key %s is %s', (key, name) => {
    const caller = lake.callerOf(key, 'r');
    expect(caller).toMatchObject({ principal: name, accessKeyId: key });
    expect(lake.principalOf(caller)).toMatchObject({ name });
  });

  it('a key that names nobody, and none, are local-admin', () => {
    expect(lake.principalOf(lake.callerOf('AKIAOTHER', 'r'))).toBeUndefined();
    expect(lake.callerOf(undefined, 'r').principal).toBe('local-admin');
  });

  it('a construct id that several have is refused with their paths', () => {
    expect(() => lake.callerOf('Twin', 'r')).toThrow(/Lake\/One\/Twin\/Resource, Lake\/Two\/Twin\/Resource/);
  });

  it('a session is its role, with its name, until it expires', () => {
    const session = { name: 'mine', tags: {}, policies: [], issued: new Date() };
    const open = lake.sessions.open('analyst-role', session, 60);
    expect(lake.principalOf(lake.callerOf(open, 'r'))).toMatchObject({ name: 'analyst-role', sessionName: 'mine' });
    const expired = lake.sessions.open('analyst-role', session, 0);
    expect(() => lake.callerOf(expired, 'r')).toThrow(/expired/);
  });
});

describe('what it may', () => {
  it('local-admin may do everything', () => {
    expect(access().decide(LOCAL_ADMIN, get).allowed).toBe(true);
    expect(() => access().require(LOCAL_ADMIN, get)).not.toThrow();
  });

  it("a role without policies may nothing, in AWS's words", () => {
    const refused = (run: () => void): ServiceError => {
      try {
        run();
      } catch (error) {
        return error as ServiceError;
      }
      throw new Error('allowed');
    };
    const error = refused(() => access(role('Analyst')).require(as('Analyst'), get));
    expect(error.code).toBe('AccessDeniedException');
    expect(error.message).toBe(
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/Analyst/lakewright is not authorized to perform: glue:GetTable on resource: ${TABLE} because no identity-based policy allows the glue:GetTable action`,
    );
    const s3 = refused(() =>
      access(role('Analyst')).require(as('Analyst'), { action: 's3:GetObject', resources: ['arn:aws:s3:::raw/k'] }),
    );
    expect(s3).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(s3.message).toContain('on resource: "arn:aws:s3:::raw/k" because no identity-based policy');
  });

  it.each<[string, LakeResource[]]>([
    ['an inline policy', [role('A', { Policies: [{ PolicyName: 'P', PolicyDocument: READ }] })]],
    ['AWS::IAM::Policy', [role('A'), policy('P', { Roles: ['A'], PolicyDocument: READ })]],
    [
      'AWS::IAM::RolePolicy',
      [
        role('A'),
        resource('AWS::IAM::RolePolicy', 'P', { properties: { RoleName: 'A', PolicyName: 'P', PolicyDocument: READ } }),
      ],
    ],
    [
      'AWS::IAM::ManagedPolicy that names the role',
      [role('A'), resource('AWS::IAM::ManagedPolicy', 'P', { properties: { Roles: ['A'], PolicyDocument: READ } })],
    ],
    [
      "the role's ManagedPolicyArns",
      [
        role('A', { ManagedPolicyArns: [arnOf('policy', 'P')] }),
        resource('AWS::IAM::ManagedPolicy', 'P', { arn: arnOf('policy', 'P'), properties: { PolicyDocument: READ } }),
      ],
    ],
    ["one of AWS's own policies", [role('A', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] })]],
    [
      "a user's group",
      [
        user('A', { Groups: ['G'] }),
        resource('AWS::IAM::Group', 'G', { properties: { Policies: [{ PolicyName: 'P', PolicyDocument: READ }] } }),
      ],
    ],
    [
      'a group that a user was added to',
      [
        user('A'),
        resource('AWS::IAM::UserToGroupAddition', 'X', { properties: { GroupName: 'G', Users: ['A'] } }),
        resource('AWS::IAM::Group', 'G'),
        policy('P', { Groups: ['G'], PolicyDocument: READ }),
      ],
    ],
  ])('%s counts', (_, resources) => {
    expect(access(...resources).decide(as('A'), get).allowed).toBe(true);
    expect(access(...resources).decide(as('A'), { ...get, action: 'lambda:Nothing' }).allowed).toBe(
      resources[0].properties.ManagedPolicyArns?.[0]?.endsWith('AdministratorAccess') ?? false,
    );
  });

  it("a managed policy of AWS's whose text isn't known allows nothing, and is named", () => {
    const lake = access(role('A', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonBraketFullAccess'] }));
    const { allowed, reason } = lake.decide(as('A'), get);
    expect(allowed).toBe(false);
    expect(reason).toContain('arn:aws:iam::aws:policy/AmazonBraketFullAccess');
  });

  it('each of several resources must be allowed', () => {
    const lake = access(
      role('A'),
      policy('P', { Roles: ['A'], PolicyDocument: document(allow('glue:GetTable', TABLE)) }),
    );
    const both = { ...get, resources: [TABLE, `${TABLE}2`] };
    expect(lake.decide(as('A'), both)).toMatchObject({ allowed: false, reason: expect.stringContaining('flights2') });
  });

  it('a decision that hangs on a condition is made anew for each request', () => {
    const Condition = { StringLike: { 's3:prefix': 'open/*' } };
    const lake = access(
      role('A'),
      policy('P', { Roles: ['A'], PolicyDocument: document(allow('s3:ListBucket', '*', { Condition })) }),
    );
    const list = (prefix: string) =>
      lake.decide(as('A'), {
        action: 's3:ListBucket',
        resources: ['arn:aws:s3:::b'],
        context: { 's3:prefix': prefix },
      });
    expect([list('open/1'), list('closed/1'), list('open/2')].map(({ allowed }) => allowed)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("a bucket's policy, a key's and a permission on a function are found by the ARN", () => {
    const AWS = arnOf('role', 'A');
    const key = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`;
    const lambda = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`;
    const lake = access(
      role('A'),
      role('B', { Policies: [{ PolicyName: 'P', PolicyDocument: document(allow('*', '*')) }] }),
      resource('AWS::S3::BucketPolicy', 'bp', {
        properties: {
          Bucket: 'raw',
          PolicyDocument: document(allow('s3:GetObject', 'arn:aws:s3:::raw/*', { Principal: { AWS } })),
        },
      }),
      resource('AWS::KMS::Key', '1', {
        arn: key,
        properties: { KeyPolicy: document(allow('kms:Decrypt', '*', { Principal: { AWS } })) },
      }),
      resource('AWS::Lambda::Permission', 'lp', {
        properties: { FunctionName: lambda, Action: 'lambda:InvokeFunction', Principal: AWS },
      }),
    );
    const may = (principal: string, action: string, arn: string) =>
      lake.decide(as(principal), { action, resources: [arn] }).allowed;
    expect(may('A', 's3:GetObject', 'arn:aws:s3:::raw/a/b')).toBe(true);
    expect(may('A', 's3:GetObject', 'arn:aws:s3:::rawer/a')).toBe(false);
    expect(may('A', 'kms:Decrypt', key)).toBe(true);
    expect(may('A', 'lambda:InvokeFunction', `${lambda}:live`)).toBe(false);
    expect(may('A', 'lambda:InvokeFunction', lambda)).toBe(true);
    // A key's policy is decisive: it doesn't let the account's identity policies decide.
    expect(may('B', 'kms:Decrypt', key)).toBe(false);
    expect(may('B', 's3:GetObject', 'arn:aws:s3:::raw/a')).toBe(true);
  });
});
