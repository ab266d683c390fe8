import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { deploy } from '../../../src/actions/run/deploy';
import { classify } from '../../../src/assembly/classify';
import type { ApiShape } from '../../../src/services/api-shape';
import { functionLake, pythonFunction } from './function-lake';

const CODE = 'def handler(event, context):\n    print("got", len(event.get("Records", [event])))\n    return event';
const queue = (QueueName: string, more = {}): ApiShape => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, ...more },
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const LACKING = {
  reason: expect.stringMatching(/Python 3\.8 to 3\.20 .* is needed$/),
  need: { tool: 'python', python: [8, 20] },
};

// The interpreter that was found is kept by the process: one test has both, the machine without and the one with it.
test.skipIf(!hasPython())(
  'without Python, events and messages are told nobody as failed; the next run with it does each once',
  async () => {
    const made = await functionLake({
      F: pythonFunction(CODE, { FunctionName: 'f', DeadLetterConfig: { TargetArn: arnOf('Dead') } }),
      G: pythonFunction(CODE, { FunctionName: 'g' }),
      Inbox: queue('inbox', { RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 1 } }),
      Dead: queue('dead'),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: arnOf('Inbox'), FunctionName: { Ref: 'G' } },
      },
    });
    const { lake, outcomes, log, send } = made;
    const url = (name: string): string => `http://x/000000000000/${name}`;
    const count = async (name: string): Promise<string> => {
      const input = { QueueUrl: url(name), AttributeNames: ['All'] };
      return ((await lake.call('sqs', 'GetQueueAttributes', input)) as ApiShape).Attributes.ApproximateNumberOfMessages;
    };
    const before = lake.clock.now().getTime();
    const { LAKEWRIGHT_PYTHON } = process.env;
    process.env.LAKEWRIGHT_PYTHON = '/nonexistent';
    try {
      await send('f', { n: 7 });
      for (const MessageBody of ['one', 'two'])
        await lake.call('sqs', 'SendMessage', { QueueUrl: url('inbox'), MessageBody });
      await lake.background.settled();
    } finally {
      if (LAKEWRIGHT_PYTHON === undefined) delete process.env.LAKEWRIGHT_PYTHON;
      else process.env.LAKEWRIGHT_PYTHON = LAKEWRIGHT_PYTHON;
    }
    expect(lake.clock.now().getTime() - before, 'nothing was tried again').toBeLessThan(30_000);
    expect(outcomes).toContainEqual({ name: 'lake/F', type: 'lambda:event', seconds: 0, leftOut: LACKING });
    expect(outcomes).toContainEqual({ name: 'lake/Mapping', type: 'lambda:sqs', seconds: 0, leftOut: LACKING });
    expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
    expect([await count('inbox'), await count('dead')]).toEqual(['2', '0']);

    outcomes.splice(0);
    for (const run of ['the next run', 'the one after it']) {
      await deploy(lake, classify(lake.resources, lake.services));
      await lake.background.settled();
      expect(log('f').match(/got 1/g), run).toHaveLength(1);
      expect(log('g').match(/got 2/g), run).toHaveLength(1);
      expect([await count('inbox'), await count('dead')], run).toEqual(['0', '0']);
    }
    expect(outcomes.map(({ type }) => type).sort()).toEqual(['lambda:event', 'lambda:sqs']);
    expect(outcomes.filter(({ leftOut }) => leftOut !== undefined)).toEqual([]);
  },
);

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
