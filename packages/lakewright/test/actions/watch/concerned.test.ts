import { expect, it } from 'vitest';
import { outermost, startOf } from '../../../src/actions/watch/concerned';
import type { LakeResource } from '../../../src/assembly/resource';
import type { ApiShape } from '../../../src/services/api-shape';

const ARN = 'arn:aws:ecs:us-east-1:000000000000:task-definition';

const resource = (type: string, physicalId: string, properties: ApiShape): LakeResource =>
  ({ path: `Lake/${physicalId}`, type, physicalId, arn: physicalId, properties }) as LakeResource;
const definition = (family: string) => resource('AWS::ECS::TaskDefinition', `${ARN}/${family}:1`, { Family: family });
const run = (TaskDefinition: string, rest: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::ecs:runTask.sync',
  Parameters: { TaskDefinition },
  ...rest,
});

const machine = resource('AWS::StepFunctions::StateMachine', 'nightly', {
  DefinitionString: JSON.stringify({
    StartAt: 'Other',
    States: {
      Other: run('dbt-other', { Next: 'Stage' }),
      Stage: {
        Type: 'Parallel',
        Next: 'Revision',
        Branches: [
          { StartAt: 'Family', States: { Family: run('dbt', { End: true }) } },
          { StartAt: 'Beside', States: { Beside: { Type: 'Succeed' } } },
        ],
      },
      Revision: run('model:1', { Next: 'Arn' }),
      Arn: run(`${ARN}/last:1`, { End: true }),
    },
  }),
});

it.each([
  ['dbt', 'Family'],
  ['dbt-other', 'Other'],
  ['model', 'Revision'],
  ['last', 'Arn'],
  ['db', undefined],
])('a task definition is known by its family, family and revision, or ARN: %s → %s', (family, state) => {
  const changed = definition(family);
  expect(startOf(machine, [machine, changed], [changed])).toBe(state);
});

it.each([
  ['Family', 'Stage'],
  ['Stage', 'Stage'],
  ['Arn', 'Arn'],
])('%s is inside of %s', (name, around) => {
  expect(outermost(machine, name)).toBe(around);
});
