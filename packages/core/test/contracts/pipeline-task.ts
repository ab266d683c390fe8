import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { type IPipelineTask, LakeEnvironment, type PipelineTaskConfig, type PipelineTaskContext } from '../../src';

/** Makes the task, with all that it needs, in a stack; called afresh for each law. */
export type MakeTask = (stack: Stack) => IPipelineTask;

/** One law that every `IPipelineTask` keeps. */
export interface PipelineTaskLaw {
  readonly name: string;
  readonly check: (make: MakeTask) => void;
}

/**
 * The contract suite of pipeline tasks: call it once for each implementation.
 *
 * @param name the implementation
 * @param make makes a task in a stack
 */
export function describePipelineTask(name: string, make: MakeTask): void {
  describe(`${name} is a pipeline task`, () => {
    test.each(PIPELINE_TASK_LAWS)('$name', ({ check }) => {
      check(make);
    });
  });
}

/** The laws, for tests of the contract itself. */
export const PIPELINE_TASK_LAWS: PipelineTaskLaw[] = [
  {
    name: 'each bind makes new states',
    check: (make) => {
      const { bind } = setUp(make);
      const [one, two] = [bind('One'), bind('Two')];
      const first = sfn.State.findReachableStates(one.start);
      const second = sfn.State.findReachableStates(two.start);
      expect(first.filter((state) => second.includes(state))).toEqual([]);
    },
  },
  {
    name: 'the names of its states carry the id, so that a run can be read',
    check: (make) => {
      const { bind } = setUp(make);
      const config = bind('Nightly');
      const names = sfn.State.findReachableStates(config.start).map(({ stateId }) => stateId);
      expect(names.filter((name) => !name.includes('Nightly'))).toEqual([]);
    },
  },
  {
    name: 'its start and its ends live in the scope that they were bound in',
    check: (make) => {
      const { bind, scope } = setUp(make);
      const { start, ends } = bind('Task');
      const states = [start, ...ends.filter((end): end is sfn.State & sfn.INextable => end instanceof sfn.State)];
      expect(states.filter((state) => !state.node.scopes.includes(scope))).toEqual([]);
    },
  },
  {
    name: 'what follows is reached from every one of its ends, and it has at least one',
    check: (make) => {
      const { bind, scope, definition } = setUp(make);
      const { start, ends } = bind('Task');
      expect(ends.length).toBeGreaterThan(0);
      const after = new sfn.Succeed(scope, 'After');
      for (const end of ends) end.next(after);
      expect(definition(start).reachable).toContain('After');
    },
  },
  {
    name: 'it can be bound twice into one machine, one after the other',
    check: (make) => {
      const { bind, scope, definition } = setUp(make);
      const [one, two] = [bind('One'), bind('Two')];
      for (const end of one.ends) end.next(two.start);
      const after = new sfn.Succeed(scope, 'After');
      for (const end of two.ends) end.next(after);
      const { states, reachable } = definition(one.start);
      expect([...reachable].sort()).toEqual([...states].sort());
    },
  },
  {
    name: 'its failure pattern is one that EventBridge takes',
    check: (make) => {
      const { bind, stack, scope, definition } = setUp(make);
      const { failurePattern, start } = bind('Task');
      if (!failurePattern) return;
      new events.Rule(scope, 'Failures', { eventPattern: failurePattern });
      definition(start);
      const [rule] = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'));
      const pattern = rule?.Properties.EventPattern as Record<string, unknown>;
      expect(Object.keys(pattern)).toContain('source');
      expect(badLeaves(pattern)).toEqual([]);
    },
  },
  {
    name: 'what it reads and writes has names that the catalog takes',
    check: (make) => {
      const { bind } = setUp(make);
      const { reads, writes } = bind('Task');
      const names = [...reads, ...writes].flatMap(({ databaseName, tableName }) => [databaseName, tableName]);
      expect(names.filter((name) => name === '' || (!name.includes('${Token') && name !== name.toLowerCase()))).toEqual(
        [],
      );
    },
  },
  {
    name: 'the machine gets no right to all actions of a service',
    check: (make) => {
      const { bind, stack, definition } = setUp(make);
      definition(bind('Task').start);
      const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
      const actions = policies
        .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes('Machine'))
        .flatMap(({ Properties }) =>
          Properties.PolicyDocument.Statement.flatMap((s: { Action: string[] }) => s.Action),
        );
      expect(actions.filter((action) => /^(\*|[\w-]+:\*)$/.test(action))).toEqual([]);
    },
  },
  {
    name: 'a sandbox and production both take it',
    check: (make) => {
      for (const environment of [LakeEnvironment.sandbox(), LakeEnvironment.production()]) {
        const { bind, definition } = setUp(make);
        expect(() => definition(bind('Task', { environment }).start)).not.toThrow();
      }
    },
  },
];

interface Graph {
  readonly states: string[];
  readonly reachable: Set<string>;
}

interface SetUp {
  readonly stack: Stack;
  readonly scope: Construct;
  readonly bind: (id: string, context?: Partial<PipelineTaskContext>) => PipelineTaskConfig;
  readonly definition: (start: sfn.State) => Graph;
}

function setUp(make: MakeTask): SetUp {
  const stack = new Stack(new App(), 'Stack');
  const task = make(stack);
  const scope = new Construct(stack, 'Pipeline');
  const defaults = { environment: LakeEnvironment.sandbox(), runIdPath: '$$.Execution.Name' };
  return {
    stack,
    scope,
    bind: (id, context) => task.bind(scope, id, { ...defaults, ...context }),
    definition: (start) => graphOf(stack, start),
  };
}

/** The machine as it is deployed: its states, and those that can be reached from its start. */
function graphOf(stack: Stack, start: sfn.State): Graph {
  const definitionBody = sfn.DefinitionBody.fromChainable(sfn.Chain.start(start));
  new sfn.StateMachine(stack, 'Machine', { definitionBody });
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const text = machine?.Properties.DefinitionString;
  const parts: unknown[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  const { StartAt, States } = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'x')).join('')) as {
    StartAt: string;
    States: Record<string, Record<string, unknown>>;
  };
  const reachable = new Set<string>();
  const visit = (name: string): void => {
    if (reachable.has(name)) return;
    reachable.add(name);
    const { Next, Default, Choices = [], Catch = [] } = (States[name] ?? {}) as Record<string, { Next: string }[]>;
    const next = [Next, Default, ...[...Choices, ...Catch].map((branch) => branch.Next)];
    for (const each of next) if (each !== undefined) visit(String(each));
  };
  visit(StartAt);
  return { states: Object.keys(States), reachable };
}

/** The keys of an event pattern whose value is neither a non-empty list nor an object of such. */
function badLeaves(pattern: Record<string, unknown>, path = ''): string[] {
  return Object.entries(pattern).flatMap(([key, value]) => {
    if (Array.isArray(value)) return value.length === 0 ? [`${path}${key}`] : [];
    if (typeof value !== 'object' || value === null) return [`${path}${key}`];
    return badLeaves(value as Record<string, unknown>, `${path}${key}.`);
  });
}
