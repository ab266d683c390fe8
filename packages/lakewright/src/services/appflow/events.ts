import type { LakeContext } from '../service';
import { sourceOf } from './connectors';
import type { Flow } from './flow';
import type { Flows } from './flows';
import { destinationOf } from './output/destination';
import type { Run } from './runs';

/**
 * What AppFlow tells EventBridge of flows.
 *
 * @see https://docs.aws.amazon.com/appflow/latest/userguide/flow-notifications.html
 */
export class RunEvents {
  public constructor(
    private readonly lake: LakeContext,
    private readonly flows: Flows,
  ) {}

  public started(flow: Flow, run: Run): void {
    this.publish(flow, 'AppFlow Start Flow Run Report', {
      ...this.common(flow),
      'execution-id': run.executionId,
      'start-time': iso(run.startedAt),
      status: 'Execution Started',
    });
  }

  public ended(flow: Flow, run: Run): void {
    const ok = run.status === 'Successful';
    this.publish(flow, 'AppFlow End Flow Run Report', {
      ...this.common(flow),
      'execution-id': run.executionId,
      status: ok ? 'Execution Successful' : run.status === 'Canceled' ? 'Execution Canceled' : 'Execution Failed',
      'num-of-records-processed': String(run.result?.recordsProcessed ?? 0),
      'num-of-records-filtered': String(run.result?.recordsDropped ?? 0),
      'data-processed': `${run.result?.bytesProcessed ?? 0} B`,
      'start-time': iso(run.startedAt),
      'end-time': this.lake.clock.now().toISOString(),
      ...(run.message !== undefined && { 'error-message': run.message }),
    });
    this.lake.host.notify({
      code: 'LW_APPFLOW_RUN',
      level: ok ? 'debug' : 'warning',
      text: `AppFlow ${flow.flowName} ${run.status}: ${run.message ?? `${run.result?.recordsProcessed} records`}`,
      data: { flowName: flow.flowName, executionId: run.executionId },
    });
  }

  public deactivated(flow: Flow, reason: string): void {
    this.publish(flow, 'AppFlow Scheduled Flow Deactivated', {
      ...this.common(flow),
      'deactivation-reason': reason,
    });
  }

  private common(flow: Flow): Record<string, string> {
    const { connectorType, object } = sourceOf(flow.sourceFlowConfig);
    const { bucket, root } = destinationOf(flow.flowName, flow.destinationFlowConfigList);
    return {
      'flow-name': flow.flowName,
      'flow-arn': this.flows.arn(flow.flowName),
      'created-by': `arn:${this.lake.partition}:iam::${this.lake.account}:root`,
      source: connectorType,
      'source-object': object,
      destination: 'S3',
      'destination-object': `s3://${bucket}/${root}`,
      'trigger-type': String(flow.triggerConfig.triggerType).toUpperCase(),
    };
  }

  private publish(flow: Flow, detailType: string, detail: Record<string, string>): void {
    const resources = [this.flows.arn(flow.flowName)];
    this.lake.events.publish({ source: 'aws.appflow', 'detail-type': detailType, resources, detail });
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
