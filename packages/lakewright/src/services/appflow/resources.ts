import type { LakeResource } from '../../assembly/resource';
import { type ResourceHandler, ServiceError } from '../service';
import { type Flow, fromTemplate } from './flow';
import { checkFlow } from './flows';
import type { AppFlowRoom } from './operations';

const FLOW = 'reads a fixture of lakewright.config.json instead of the application';

/** What happens with AWS::AppFlow::*. */
export function resources({ flows, executions, profiles }: AppFlowRoom): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::AppFlow::Flow': {
      classification: 'executed',
      note: FLOW,
      classify(resource) {
        const isBucket = resource.properties.SourceFlowConfig?.ConnectorType === 'S3';
        try {
          checkFlow(fromTemplate(resource.properties, nameOf(resource)));
          return isBucket ? { classification: 'executed' } : { classification: 'simulated', note: FLOW };
        } catch (error) {
          // A template may have anything in its properties: it must not end the plan.
          const reason = error instanceof Error ? error.message : String(error);
          const note = error instanceof ServiceError ? reason : `its properties are not those of a flow: ${reason}`;
          return { classification: 'unsupported', note };
        }
      },
      async apply(resource) {
        await executions.ready();
        const { FlowStatus } = resource.properties;
        flows.put(fromTemplate(resource.properties, nameOf(resource)), FlowStatus as Flow['flowStatus'] | undefined);
      },
    },
    'AWS::AppFlow::ConnectorProfile': {
      classification: 'recorded',
      note: 'kept without its credentials: flows read fixtures',
      async apply(resource) {
        profiles.put(resource);
      },
    },
    'AWS::AppFlow::Connector': {
      classification: 'recorded',
      note: "the custom connector's function isn't called: flows read fixtures",
    },
  };
}

function nameOf({ properties, physicalId }: LakeResource): string {
  return String(properties.FlowName ?? physicalId);
}
