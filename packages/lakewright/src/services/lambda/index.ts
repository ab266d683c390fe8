import type { ResourceHandler, ServiceFactory } from '../service';
import { awsCustomResource } from './aws-custom-resource';
import { functionOperations, functionTasks } from './functions';

const LATER = 'Lambda functions run locally with the ingestion release';

const recorded = (note: string): ResourceHandler => ({ classification: 'recorded', note });

/** In the report by name, and the run goes on without it. */
const unsupported = (note: string): ResourceHandler => ({
  classification: 'recorded',
  note,
  classify: () => ({ classification: 'unsupported', note }),
});

/**
 * AWS Lambda: functions are known and not invoked yet. Custom resources whose effect Lakewright knows are brought about
 * without their function.
 */
export const lambda: ServiceFactory = (lake) => ({
  name: 'lambda',
  protocol: {
    kind: 'rest-json',
    routes: [
      { method: 'GET', path: '/2015-03-31/functions', operation: 'ListFunctions' },
      { method: 'GET', path: '/2015-03-31/functions/{FunctionName}', operation: 'GetFunction' },
      {
        method: 'GET',
        path: '/2015-03-31/functions/{FunctionName}/configuration',
        operation: 'GetFunctionConfiguration',
      },
      { method: 'POST', path: '/2015-03-31/functions/{FunctionName}/invocations', operation: 'Invoke' },
    ],
  },
  resources: {
    'AWS::Lambda::Function': recorded(`not invoked: ${LATER}`),
    'AWS::Lambda::LayerVersion': recorded(`not used: ${LATER}`),
    'AWS::Lambda::LayerVersionPermission': recorded('access is not enforced locally yet'),
    'AWS::Lambda::Version': recorded(`not invoked: ${LATER}`),
    'AWS::Lambda::Alias': recorded(`not invoked: ${LATER}`),
    'AWS::Lambda::EventInvokeConfig': recorded(`not invoked: ${LATER}`),
    'AWS::Lambda::EventSourceMapping': recorded(`not invoked: ${LATER}`),
    'AWS::Lambda::Url': recorded(`not served: ${LATER}`),
    'Custom::AWS': awsCustomResource(lake),
    'AWS::CloudFormation::CustomResource': unsupported(`its function isn't invoked: ${LATER}`),
    'Custom::LakewrightIcebergTable': unsupported('Iceberg tables come with a later release'),
    'Custom::LakewrightCatalogPolicy': recorded("the catalog's policy is not enforced locally yet"),
    'Custom::LakewrightWorkGroupCleanup': recorded(
      'it empties results when the stack is deleted; a run deletes nothing',
    ),
    'Custom::LogRetention': recorded('logs are files of the run'),
  },
  operations: functionOperations(lake),
  tasks: functionTasks,
});
