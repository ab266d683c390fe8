import { createRequire } from 'node:module';
import { Dataset, LakeCatalog } from '@lakewright/catalog';
import { AthenaWorkgroup } from '@lakewright/consumption';
import { type IPipelineTask, LakeEnvironment } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

/** A lake with a workgroup, and a table in raw. */
export function athenaLake(stack = new Stack(new App(), 'Lake')) {
  const storage = new LakeStorage(stack, 'Storage');
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  const workgroup = new AthenaWorkgroup(stack, 'Workgroup', { results: storage.datasets.location('results') });
  const flights = Dataset.of(catalog.raw, 'flights');
  return { stack, storage, catalog, workgroup, flights };
}

// It has no types.
const validate = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => {
  isValid: boolean;
  errorsText: () => string;
};

export interface StateJson {
  readonly Type: string;
  readonly [field: string]: unknown;
}

interface Definition {
  readonly StartAt: string;
  readonly States: Record<string, StateJson>;
}

/** The machine of these tasks, one after the other: all its states, those inside of others too. It has to be valid. */
export function statesOf(stack: Stack, ...tasks: IPipelineTask[]): Record<string, StateJson> {
  const bound = tasks.map((task, index) =>
    task.bind(stack, `Task${index}`, { environment: LakeEnvironment.sandbox() }),
  );
  bound.forEach(({ ends }, index) => {
    const next = bound[index + 1]?.start;
    if (next) for (const end of ends) end.next(next);
  });
  const first = bound[0]?.start as sfn.State;
  const definitionBody = sfn.DefinitionBody.fromChainable(sfn.Chain.start(first));
  const machine = new sfn.StateMachine(stack, 'Machine', { definitionBody });
  const id = stack.getLogicalId(machine.node.defaultChild as sfn.CfnStateMachine);
  const text = Template.fromStack(stack).toJSON().Resources[id].Properties.DefinitionString;
  const parts: unknown[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  const definition = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : resolved(part))).join(''));
  const { isValid, errorsText } = validate(definition);
  if (!isValid) throw new Error(errorsText());
  return allStates(definition);
}

/** What a token stands for, legibly: `{"Fn::GetAtt": ["Role", "Arn"]}` → `<Role.Arn>`. */
function resolved(part: unknown): string {
  const [value] = Object.values(part as Record<string, unknown>);
  const text = `<${[value].flat().join('.')}>`;
  return text === '<AWS::Partition>' ? 'aws' : text;
}

function allStates({ States }: Definition): Record<string, StateJson> {
  const inner = Object.values(States).flatMap((state) => [
    ...((state.Branches ?? []) as Definition[]),
    ...(state.ItemProcessor ? [state.ItemProcessor as Definition] : []),
  ]);
  return Object.assign({}, States, ...inner.map(allStates));
}
