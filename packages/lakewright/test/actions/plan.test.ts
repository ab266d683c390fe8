import { describe, expect, test } from 'vitest';
import { makePlan, pipelines, summarize } from '../../src/actions/plan/plan';
import { renderPlan } from '../../src/actions/plan/render';
import type { ClassifiedResource } from '../../src/assembly/classify';
import type { Assembly, LakeResource } from '../../src/assembly/resource';

function resource(type: string, logicalId: string, more: Partial<LakeResource> = {}): LakeResource {
  return {
    type,
    logicalId,
    path: `Lake/${logicalId}`,
    stack: 'Lake',
    account: '000000000000',
    region: 'us-east-1',
    partition: 'aws',
    physicalId: logicalId,
    arn: `arn:aws:states:us-east-1:000000000000:stateMachine:${logicalId}`,
    properties: {},
    metadata: {},
    dependsOn: [],
    invented: [],
    ...more,
  };
}

const BUCKET = resource('AWS::S3::Bucket', 'Raw');
const BROKER = resource('AWS::AmazonMQ::Broker', 'Broker', { invented: ['Arn'] });
const ASSEMBLY: Assembly = {
  source: '/app/cdk.out',
  stacks: ['Lake'],
  resources: [BUCKET, BROKER],
  assets: [],
  outputs: {},
  problems: ['Lake/Odd: Fn::Magic is not known'],
};
const CLASSIFIED: ClassifiedResource[] = [
  { resource: BUCKET, classification: 'executed' },
  { resource: BROKER, classification: 'unsupported', note: 'AWS::AmazonMQ::Broker has no local form' },
];

describe('a plan', () => {
  const plan = makePlan(ASSEMBLY, CLASSIFIED);

  test('counts each class', () => {
    expect(summarize(plan)).toBe('1 stack, 2 resources: 1 executed, 1 unsupported');
  });

  test('names each unsupported resource with its construct path and reason', () => {
    expect(renderPlan(plan)).toContain('Lake/Broker  AWS::AmazonMQ::Broker: AWS::AmazonMQ::Broker has no local form');
  });

  test('lists what was made up, and what could not be read', () => {
    expect(plan.invented).toEqual(['Lake/Broker.Arn']);
    expect(plan.problems).toEqual(['Lake/Odd: Fn::Magic is not known']);
  });
});

describe('run starts', () => {
  const nested = resource('AWS::StepFunctions::StateMachine', 'Nested');
  const outer = resource('AWS::StepFunctions::StateMachine', 'Outer', {
    properties: { DefinitionString: `{"StateMachineArn": "${nested.arn}"}` },
  });

  test('the state machines that no other one starts', () => {
    expect(pipelines([nested, outer]).map(({ logicalId }) => logicalId)).toEqual(['Outer']);
  });

  test('a state machine whose name is only the beginning of another one that is started', () => {
    const short = resource('AWS::StepFunctions::StateMachine', 'Nest');
    expect(pipelines([short, nested, outer]).map(({ logicalId }) => logicalId)).toEqual(['Nest', 'Outer']);
  });

  test('no state machine whose definition could not be resolved', () => {
    expect(pipelines([{ ...outer, problem: 'unknown Fn::Magic' }])).toEqual([]);
  });
});
