import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { AppFlowIngestion } from '../src';
import { contacts, flow } from './app-flow.support';
import { PolicyEvaluator } from './support';

describePipelineTask('AppFlowIngestion', (stack) => {
  const target = DataLocation.of(new s3.Bucket(stack, 'Raw'), 'customers');
  return new AppFlowIngestion(stack, 'Customers', { source: contacts(), target });
});

describePipelineTask('an imported flow', (stack) => AppFlowIngestion.fromFlowName(stack, 'Flow', 'theirs'));

function states() {
  const { stack, ingestion } = flow({ flowName: 'contacts' });
  const { start } = ingestion.bind(stack, 'Run', {
    environment: LakeEnvironment.sandbox(),
    runIdPath: '$$.Execution.Id',
  });
  const graph = stack.resolve(new sfn.StateGraph(start, 'test').toGraphJson());
  return graph.States.Run.Branches[0].States;
}

test('a call that is sent again starts nothing twice, and a task that is retried starts anew', () => {
  expect(states()['Run Start'].Parameters).toEqual({
    FlowName: 'contacts',
    'ClientToken.$': "States.Format('{} {}', $$.Execution.Id, $$.State.EnteredTime)",
  });
});

test('it looks for its own run, page by page, and waits for a run that is not listed yet', () => {
  const { 'Run Look': look, 'Run Look Further': further, 'Run Ended': ended } = states();
  expect([look.QueryLanguage, look.Arguments]).toEqual(['JSONata', { FlowName: 'contacts', MaxResults: 100 }]);
  expect(further.Arguments.NextToken).toBe('{% $states.input.NextToken %}');
  expect([look.Next, further.Next]).toEqual(['Run Ended', 'Run Ended']);
  const next = ended.Choices.map(({ Next }: { Next: string }) => Next);
  expect([...next, ended.Default]).toEqual(['Run Look Further', 'Run Wait', 'Run Succeeded', 'Run Wait', 'Run Failed']);
});

test('the machine may run this flow, and no other', () => {
  const { stack, ingestion } = flow({ flowName: 'contacts' });
  const { start } = ingestion.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() });
  const definitionBody = sfn.DefinitionBody.fromChainable(sfn.Chain.start(start));
  const machine = new sfn.StateMachine(stack, 'Machine', { definitionBody });
  Template.fromStack(stack);
  const policies = PolicyEvaluator.of(stack);
  expect(policies.decide(machine.role, 'appflow:StartFlow', ingestion.flowArn)).toBe('allowed');
  expect(policies.decide(machine.role, 'appflow:DescribeFlowExecutionRecords', ingestion.flowArn)).toBe('allowed');
  expect(policies.decide(machine.role, 'appflow:StartFlow', `${ingestion.flowArn}-2`)).toBe('denied');
});
