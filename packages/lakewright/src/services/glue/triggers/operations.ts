import type { ApiShape } from '../../api-shape';
import { nextRuns } from '../../events/schedule';
import type { Operation, ResourceHandler } from '../../service';
import type { CatalogContext } from '../catalog/context';
import { alreadyExists, invalidInput } from '../errors';
import { compact, pick, requiredList, requiredString } from '../input';
import { page } from '../paging';
import type { StoredTrigger, Triggers } from './triggers';

const TRIGGER = ['WorkflowName', 'Type', 'Description', 'Schedule', 'Actions', 'Predicate', 'EventBatchingCondition'];
const WORKFLOW = ['Description', 'DefaultRunProperties', 'MaxConcurrentRuns'];
const TYPES = ['SCHEDULED', 'CONDITIONAL', 'ON_DEMAND', 'EVENT'];

/** CreateTrigger … PutWorkflowRunProperties. */
export function triggerOperations(context: CatalogContext, triggers: Triggers): Record<string, Operation> {
  const { stored, workflows } = triggers;
  const named = (input: ApiShape, member = 'Name') => requiredString(input[member], member.toLowerCase());
  const shown = ({ definition, state }: StoredTrigger): ApiShape => ({ ...definition, State: state });
  const setState = (input: ApiShape, state: StoredTrigger['state']): ApiShape => {
    const trigger = triggers.require(named(input));
    stored.put(input.Name, { ...trigger, state });
    return { Name: input.Name };
  };

  return {
    CreateTrigger: async (input) => {
      if (stored.get(named(input))) throw alreadyExists(`Trigger with name ${input.Name}`);
      putTrigger(context, triggers, input);
      return { Name: input.Name };
    },
    GetTrigger: async (input) => ({ Trigger: shown(triggers.require(named(input))) }),
    GetTriggers: async (input) => {
      const wanted = stored
        .values()
        .filter(
          ({ definition }) =>
            !input.DependentJobName ||
            definition.Actions.some(({ JobName }: ApiShape) => JobName === input.DependentJobName),
        );
      const { items, NextToken } = page(wanted, ({ definition }) => definition.Name, input, 200);
      return compact({ Triggers: items.map(shown), NextToken });
    },
    ListTriggers: async (input) => {
      const { items, NextToken } = page(stored.entries(), ([name]) => name, input, 200);
      return compact({ TriggerNames: items.map(([name]) => name), NextToken });
    },
    DeleteTrigger: async (input) => {
      stored.delete(named(input));
      return { Name: input.Name };
    },
    // What is started on demand fires; the others wait from now on.
    StartTrigger: async (input) => {
      const trigger = triggers.require(named(input));
      const { Type, WorkflowName } = trigger.definition;
      if (Type !== 'ON_DEMAND') return setState(input, 'ACTIVATED');
      if (WorkflowName) triggers.startWorkflow(WorkflowName);
      else triggers.fire(trigger);
      return { Name: input.Name };
    },
    StopTrigger: async (input) => setState(input, 'DEACTIVATED'),

    CreateWorkflow: async (input) => {
      if (workflows.stored.get(named(input))) throw alreadyExists(`Workflow with name ${input.Name}`);
      putWorkflow(context, triggers, input);
      return { Name: input.Name };
    },
    GetWorkflow: async (input) => {
      const [LastRun] = workflows.runs(named(input));
      return { Workflow: compact({ ...workflows.require(input.Name), LastRun }) };
    },
    ListWorkflows: async (input) => {
      const { items, NextToken } = page(workflows.stored.entries(), ([name]) => name, input, 25);
      return compact({ Workflows: items.map(([name]) => name), NextToken });
    },
    StartWorkflowRun: async (input) => ({ RunId: triggers.startWorkflow(named(input), input.RunProperties) }),
    GetWorkflowRun: async (input) => ({ Run: workflows.run(named(input), named(input, 'RunId')) }),
    GetWorkflowRuns: async (input) => {
      workflows.require(named(input));
      const runs = workflows.runs(input.Name).map((run, index) => ({ run, key: String(index).padStart(6, '0') }));
      const { items, NextToken } = page(runs, ({ key }) => key, input, 1000);
      return compact({ Runs: items.map(({ run }) => run), NextToken });
    },
    GetWorkflowRunProperties: async (input) => ({
      RunProperties: workflows.run(named(input), named(input, 'RunId')).WorkflowRunProperties,
    }),
    PutWorkflowRunProperties: async (input) => {
      workflows.setProperties(named(input), named(input, 'RunId'), input.RunProperties);
      return {};
    },
    // Not of the public API: what EventBridge calls (glue:notifyEvent).
    NotifyEvent: async (input) => {
      triggers.notify(named(input));
      return {};
    },
  };
}

function putTrigger(context: CatalogContext, { stored }: Triggers, input: ApiShape): void {
  const definition = { Name: requiredString(input.Name, 'name'), ...pick(input, TRIGGER) } as ApiShape;
  if (!TYPES.includes(definition.Type)) throw invalidInput(`Trigger type "${definition.Type}" is none of ${TYPES}`);
  requiredList(definition.Actions, 'actions');
  if (definition.Type === 'SCHEDULED') nextRuns(String(definition.Schedule ?? ''), new Date(0), 1);
  const former = stored.get(definition.Name);
  const starts = String(input.StartOnCreation ?? false) === 'true' || definition.Type === 'EVENT';
  const state = former?.state ?? (starts ? 'ACTIVATED' : 'CREATED');
  stored.put(definition.Name, { definition, state, created: former?.created ?? context.now() });
}

function putWorkflow(context: CatalogContext, { workflows }: Triggers, input: ApiShape): void {
  const former = workflows.stored.get(input.Name);
  const now = context.now();
  workflows.stored.put(input.Name, {
    Name: input.Name,
    ...pick(input, WORKFLOW),
    ...{ CreatedOn: former?.CreatedOn ?? now, LastModifiedOn: former?.LastModifiedOn ?? now },
  });
}

/** AWS::Glue::Trigger and AWS::Glue::Workflow. */
export function triggerResources(context: CatalogContext, triggers: Triggers): Record<string, ResourceHandler> {
  return {
    'AWS::Glue::Trigger': {
      classification: 'executed',
      apply: async ({ properties, physicalId }) =>
        putTrigger(context, triggers, { ...properties, Name: properties.Name ?? physicalId }),
    },
    'AWS::Glue::Workflow': {
      classification: 'executed',
      apply: async ({ properties, physicalId }) =>
        putWorkflow(context, triggers, { ...properties, Name: properties.Name ?? physicalId }),
    },
  };
}
