import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestContext } from '../../../src/access/iam/context';
import { compilePattern, matchPattern } from '../../../src/access/iam/pattern';
import type { ApiShape } from '../../../src/services/api-shape';
import { allow, type Case, decide, deny, ROLE, to, when } from './cases';
import { CONDITION_CASES } from './condition-cases';
import { ELEMENT_CASES } from './element-cases';
import { LOGIC_CASES } from './logic-cases';
import { PRINCIPAL_CASES } from './principal-cases';

const CASES = [...LOGIC_CASES, ...PRINCIPAL_CASES, ...ELEMENT_CASES, ...CONDITION_CASES];

describe.each(CASES)('$source', (one) => {
  it(one.name, () => {
    const verdict = decide(one);
    expect(verdict.allowed).toBe(one.allowed);
    if (one.because) expect(verdict).toMatchObject(one.because);
  });
});

it('each case has its source, and there are at least 120', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(120);
  for (const { source } of CASES) expect(source).toMatch(/^(IAM|AmazonS3|kms)\/latest\/\S+\.html(#\S+)?$/);
});

it('a key that is not known is named, with its statement', () => {
  const one: Case = {
    source: '',
    name: '',
    allowed: false,
    identity: [allow('s3:GetObject', '*', { Sid: 'Vpc', ...when('StringEquals', 'aws:SourceVpc', 'vpc-1') })],
  };
  expect(decide(one).doubts).toEqual([
    'the condition key "aws:SourceVpc" of statement "Vpc" of identity isn\'t known here',
  ]);
  const other = { ...one, action: 's3:PutObject' };
  expect(decide(other).doubts, 'a statement about something else').toEqual([]);
});

const actions = fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:*', '*', 's3:Get*', 'glue:*');
const arns = fc.constantFrom('*', 'arn:aws:s3:::lake/*', 'arn:aws:s3:::lake/raw/*', 'arn:aws:s3:::other/*');
const conditions = fc.constantFrom<ApiShape>(
  {},
  when('StringEquals', 'aws:PrincipalTag/t', 'a'),
  when('StringNotEquals', 'aws:PrincipalTag/t', 'a'),
  when('Bool', 'aws:SecureTransport', 'true'),
  when('StringEquals', 'aws:SourceVpc', 'v'),
);
const statement = fc
  .record({ effect: fc.constantFrom('Allow', 'Deny'), action: actions, resource: arns, condition: conditions })
  .map(({ effect, action, resource, condition }) => ({ ...allow(action, resource, condition), Effect: effect }));
const statements = fc.array(statement, { maxLength: 4 });
const principal = fc.constantFrom<ApiShape>(to('*'), to(ROLE.arn), to(ROLE.callerArn), to(ROLE.account));
const onResource = fc.array(
  fc.tuple(statement, principal).map(([one, who]) => ({ ...one, ...who })),
  { maxLength: 3 },
);
const request = fc.record(
  {
    identity: statements,
    boundary: statements,
    session: statements,
    onResource,
    action: fc.constantFrom('s3:GetObject', 's3:PutObject', 'glue:GetTable'),
    on: fc.constantFrom('arn:aws:s3:::lake/raw/a', 'arn:aws:s3:::other/b', '*'),
    context: fc.constantFrom<Record<string, string>>(
      {},
      { 'aws:PrincipalTag/t': 'a' },
      { 'aws:SecureTransport': 'true' },
    ),
    decisive: fc.boolean(),
  },
  { requiredKeys: ['identity', 'action', 'on', 'context'] },
);
const runs = { seed: 20260301, numRuns: 3000 };

describe('laws of the evaluation', () => {
  const may = (one: object): boolean => decide({ source: '', name: '', allowed: true, ...one } as Case).allowed;

  it('another deny never allows more, in whatever policy', () => {
    fc.assert(
      fc.property(request, statement, fc.constantFrom('identity', 'boundary', 'session'), (one, extra, where) => {
        const denied = { ...extra, Effect: 'Deny' };
        const before = one[where as 'identity'];
        if (before === undefined) return;
        expect(!may(one) && may({ ...one, [where]: [...before, denied] })).toBe(false);
      }),
      runs,
    );
  });

  it('another allow never allows less', () => {
    fc.assert(
      fc.property(request, statement, (one, extra) => {
        const more = { ...one, identity: [...one.identity, { ...extra, Effect: 'Allow' }] };
        expect(may(one) && !may(more)).toBe(false);
      }),
      runs,
    );
  });

  it('a boundary or a session policy never allows more than there would be without', () => {
    fc.assert(
      fc.property(request, statements, (one, limit) => {
        const { boundary: _, session: __, ...free } = one;
        expect(!may(free) && (may({ ...free, boundary: limit }) || may({ ...free, session: limit }))).toBe(false);
      }),
      runs,
    );
  });

  it('a deny of everything denies, wherever it stands', () => {
    fc.assert(
      fc.property(request, fc.constantFrom('identity', 'boundary', 'session', 'onResource'), (one, where) => {
        const all = where === 'onResource' ? deny('*', '*', to('*')) : deny('*');
        const before = (one as ApiShape)[where] ?? [];
        expect(may({ ...one, [where]: [...before, all] })).toBe(false);
      }),
      runs,
    );
  });

  it('the order of statements means nothing', () => {
    fc.assert(
      fc.property(request, (one) => {
        expect(may({ ...one, identity: [...one.identity].reverse() })).toBe(may(one));
      }),
      runs,
    );
  });

  it('wildcards match as a regular expression does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':', '.', '*', '?'), maxLength: 10 });
    const context = new RequestContext();
    fc.assert(
      fc.property(text, text, (pattern, value) => {
        const reference = new RegExp(
          `^${[...pattern].map((one) => (one === '*' ? '[^]*' : one === '?' ? '[^]' : `\\x${one.charCodeAt(0).toString(16)}`)).join('')}$`,
        );
        const compiled = compilePattern(pattern, { wildcards: true, variables: false });
        expect(matchPattern(compiled, value, context)).toBe(reference.test(value));
      }),
      { ...runs, numRuns: 20_000 },
    );
  });

  it('a pattern of many wildcards takes no time', () => {
    const pattern = compilePattern(`${'*a'.repeat(50)}b`, { wildcards: true, variables: false });
    const started = performance.now();
    expect(matchPattern(pattern, 'a'.repeat(5000), new RequestContext())).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
