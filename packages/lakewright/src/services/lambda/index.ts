import type { LakeResource } from '../../assembly/resource';
import type { LakeContext, ResourceHandler, ServiceFactory } from '../service';
import { awsCustomResource } from './aws-custom-resource';
import { foreignLayers } from './code';
import { languageOf, refusal } from './declared';
import { EventQueue } from './event-queue';
import { EventSources, isLocalSource } from './event-sources';
import { functionOperations, ROUTES } from './functions';
import { Invoker } from './invoker';
import { functionTasks } from './tasks';

const recorded = (note: string): ResourceHandler => ({ classification: 'recorded', note });
const executed = (note?: string): ResourceHandler => ({ classification: 'executed', note });

/** In the report by name, and the run goes on without it. */
const unsupported = (note: string): ResourceHandler => ({
  classification: 'recorded',
  note,
  classify: () => ({ classification: 'unsupported', note }),
});

/**
 * AWS Lambda: Node.js and Python functions run in processes of their own. Custom resources whose effect Lakewright knows
 * are brought about without their function.
 */
export const lambda: ServiceFactory = (lake) => {
  const invoker = new Invoker(lake);
  const events = new EventQueue(lake, invoker);
  const sources = new EventSources(lake, invoker);
  return {
    name: 'lambda',
    protocol: { kind: 'rest-json', routes: ROUTES },
    resources: {
      'AWS::Lambda::Function': {
        classification: 'executed',
        classify: (resource) => classifyFunction(lake, resource),
        needs: (resource) => (languageOf(resource) === 'python' ? 'python' : undefined),
      },
      'AWS::Lambda::LayerVersion': executed(),
      'AWS::Lambda::LayerVersionPermission': recorded('access is not enforced locally yet'),
      'AWS::Lambda::Permission': recorded('evaluated where a role or user of the template asks'),
      'AWS::Lambda::Version': executed('invokes the code of this template'),
      'AWS::Lambda::Alias': executed('invokes the code of this template'),
      'AWS::Lambda::EventInvokeConfig': executed(),
      'AWS::Lambda::EventSourceMapping': eventSourceMapping(sources),
      'AWS::Lambda::Url': recorded('no URL is served locally: invoke the function'),
      'Custom::AWS': awsCustomResource(lake),
      'AWS::CloudFormation::CustomResource': unsupported(
        "its function isn't invoked at deployment: what it answers couldn't reach the template's other resources",
      ),
      'Custom::LakewrightIcebergTable': unsupported('Iceberg tables come with a later release'),
      'Custom::LakewrightCatalogPolicy': recorded("the catalog's policy is not enforced locally yet"),
      'Custom::LakewrightWorkGroupCleanup': recorded(
        'it empties results when the stack is deleted; a run deletes nothing',
      ),
      'Custom::LogRetention': recorded('logs are files of the run'),
    },
    operations: functionOperations(lake, invoker, events),
    tasks: functionTasks(lake),
    deployed: () => events.resume(),
    async stop() {
      events.stop();
      sources.stop();
      await invoker.stop();
    },
  };
};

function classifyFunction(
  lake: LakeContext,
  resource: LakeResource,
): ReturnType<NonNullable<ResourceHandler['classify']>> {
  const reason = refusal(resource);
  if (reason) return { classification: 'unsupported', note: reason };
  const foreign = foreignLayers(lake, resource);
  const without = foreign.length > 0 ? [`without the layers of others: ${foreign.join(', ')}`] : [];
  return { classification: 'executed', note: ['runs when something invokes it', ...without].join('; ') };
}

function eventSourceMapping(sources: EventSources): ResourceHandler {
  return {
    classification: 'executed',
    classify: (resource) =>
      isLocalSource(resource)
        ? { classification: 'executed' }
        : {
            classification: 'unsupported',
            note: `its source ${resource.properties.EventSourceArn ?? 'of another kind'} is not played here: queues of SQS are`,
          },
    apply: async (resource) => sources.connect(resource),
  };
}
