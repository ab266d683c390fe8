import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LakeEnvironment } from '@lakewright/core';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { quickSight } from './quicksight.support';
import { lake } from './superset.support';

/** `pip install cfn-lint`; a path in LAKEWRIGHT_CFN_LINT, or on PATH. */
const CFN_LINT = process.env.LAKEWRIGHT_CFN_LINT ?? 'cfn-lint';
const there = spawnSync(CFN_LINT, ['--version']).status === 0;

describe.skipIf(!there)('cfn-lint finds no error (needs cfn-lint)', () => {
  test.each([
    ['QuickSight', () => quickSight().stack],
    ['Superset', () => lake().stack],
    ['Superset in a sandbox', () => lake({}, LakeEnvironment.sandbox()).stack],
  ])('in a template of %s', { timeout: 240_000 }, (_, make: () => Stack) => {
    expect(errors(Template.fromStack(make()).toJSON())).toEqual([]);
  });

  test('control: a definition that is none has one', { timeout: 240_000 }, () => {
    const template = Template.fromStack(quickSight().stack).toJSON();
    for (const { Type, Properties } of Object.values(template.Resources) as { Type: string; Properties: never }[]) {
      if (Type === 'AWS::QuickSight::Dashboard') Object.assign(Properties, { Definition: { Sheets: 'none' } });
    }
    expect(errors(template).join()).toMatch(/E3012 .none. is not of type/);
  });
});

function errors(template: object): string[] {
  const path = join(mkdtempSync(join(tmpdir(), 'cfn-lint-')), 'template.json');
  writeFileSync(path, JSON.stringify(template));
  const args = ['--non-zero-exit-code', 'none', '--format', 'json', '--regions', 'eu-central-1', '--template', path];
  const found = JSON.parse(execFileSync(CFN_LINT, args, { encoding: 'utf8' }) || '[]') as {
    Level: string;
    Message: string;
    Rule: { Id: string };
  }[];
  return found.filter(({ Level }) => Level === 'Error').map(({ Rule, Message }) => `${Rule.Id} ${Message}`);
}
