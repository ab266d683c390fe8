import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Lake, MemoryHost } from '../../src';
import { parseDuration } from '../../src/actions/run/duration';
import type { ApiShape } from '../../src/services/api-shape';
import { nodeFunction } from '../services/lambda/function-lake';
import { onEnd, temporaryFolder } from '../workspace/temporary-workspace';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const fn = (name: string, body: string) =>
  nodeFunction(`exports.handler = async (event) => { ${body} };`, { FunctionName: name });
const schedule = (ScheduleExpression: string, target: string, Input: string): ApiShape => ({
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: arnOf(target), RoleArn: 'r', Input },
  },
});

function lakeOf(Resources: Record<string, ApiShape>, config: object = {}) {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'lake.json'), JSON.stringify({ Resources }));
  fs.writeFileSync(path.join(folder, 'lakewright.config.json'), JSON.stringify(config));
  const host = new MemoryHost();
  const lake = new Lake({ directory: folder, app: 'lake.json', host, at: '2026-03-01T12:00:00Z' });
  onEnd(() => lake.close());
  const log = (name: string) => {
    const logs = path.join(folder, '.lakewright/logs/lambda', name);
    return fs.existsSync(logs)
      ? fs
          .readdirSync(logs)
          .map((one) => fs.readFileSync(path.join(logs, one), 'utf8'))
          .join('')
      : '';
  };
  return { lake, host, log };
}

describe('run --tick', () => {
  test('fires what is due, in the order of time, at that time, and reports it', async () => {
    const { lake, host, log } = lakeOf({
      F: fn('f', 'console.log("fired", event, "at", new Date().toISOString().slice(0, 13))'),
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          RoleArn: 'arn:aws:iam::1:role/r',
          DefinitionString: JSON.stringify({
            StartAt: 'Invoke',
            States: {
              Invoke: {
                Type: 'Task',
                Resource: 'arn:aws:states:::lambda:invoke',
                Parameters: { FunctionName: 'f', Payload: 'machine' },
                End: true,
              },
            },
          }),
        },
      },
      Nightly: schedule('cron(0 3 * * ? *)', 'F', '"nightly"'),
      Often: schedule('rate(10 hours)', 'F', '"often"'),
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          ScheduleExpression: 'cron(30 5 * * ? *)',
          Targets: [{ Id: 't', Arn: { Ref: 'Machine' }, Input: '{}' }],
        },
      },
    });
    const report = await lake.run({ tick: '24h' });
    expect(report.error).toBeNull();
    expect([...log('f').matchAll(/fired (.*)/g)].map(([, text]) => text)).toEqual([
      'machine at 2026-03-01T12',
      'often at 2026-03-01T22',
      'nightly at 2026-03-02T03',
      'machine at 2026-03-02T05',
      'often at 2026-03-02T08',
    ]);
    expect(report.tasks.map(({ name, type, state }) => [name, type, state])).toEqual([
      ['Invoke', 'lambda:invoke', 'SUCCEEDED'],
      ['Invoke', 'lambda:invoke', 'SUCCEEDED'],
      ['lake/F (3 times)', 'lambda:event', 'SUCCEEDED'],
      ['lake/Machine', 'states:execution', 'SUCCEEDED'],
    ]);
    expect(host.messages.filter(({ code }) => code === 'LW_SCHEDULE_FIRED')).toHaveLength(4);
  });

  test('fails the run with the function that failed, and the checks are not asked', async () => {
    const config = { checks: [{ name: 'one', query: 'SELECT 1' }] };
    const { lake } = lakeOf(
      { F: fn('f', 'throw new Error("no source")'), Hourly: schedule('rate(20 hours)', 'F', '{}') },
      config,
    );
    const report = await lake.run({ tick: 'P1D' });
    expect(report).toMatchObject({ state: 'FAILED', personas: [] });
    expect(report.error).toMatch(/lake\/F \(lambda:event\): failed after 3 attempts: Error: no source \(log: /);
    const again = await lake.run();
    expect(again).toMatchObject({ state: 'SUCCEEDED', personas: [{ check: 'one' }] });
  });
});

test('a run waits for what its pipelines have set going, before its checks', async () => {
  const Notify = { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: arnOf('F') }] };
  const { lake, log } = lakeOf({
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files', NotificationConfiguration: Notify } },
    F: fn('f', 'await new Promise((r) => setTimeout(r, 300)); console.log("worked")'),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: 'arn:aws:iam::1:role/r',
        DefinitionString: JSON.stringify({
          StartAt: 'Put',
          States: {
            Put: {
              Type: 'Task',
              Resource: 'arn:aws:states:::aws-sdk:s3:putObject',
              Parameters: { Bucket: 'files', Key: 'a', Body: 'x' },
              End: true,
            },
          },
        }),
      },
    },
  });
  const report = await lake.run();
  expect(report.error).toBeNull();
  expect(log('f')).toContain('worked');
  expect(report.tasks.map(({ name, state }) => [name, state])).toEqual([
    ['Put', 'SUCCEEDED'],
    ['lake/F', 'SUCCEEDED'],
  ]);
});

describe('durations', () => {
  test.each([
    ['24h', 86_400_000],
    ['90m', 5_400_000],
    ['1d12h', 129_600_000],
    ['45s', 45_000],
    ['P1D', 86_400_000],
    ['PT90M', 5_400_000],
    ['P1W2DT3H4M5S', 788_645_000],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration('--tick', text)).toBe(milliseconds);
  });

  test.each(['', '24', 'h', '0h', 'P', 'PT', 'P1M', '1y', '-1h', '1.5h'])('"%s" is refused', (text) => {
    expect(() => parseDuration('--tick', text)).toThrow(/a duration above zero is expected/);
  });
});
