import type { IDataset, IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

interface Made {
  readonly states: sfn.State & sfn.INextable;
  readonly reads: IDataset[];
  readonly writes: IDataset[];
}

/** A part of a construct that is a task of its own. */
export class TransformTask implements IPipelineTask {
  public constructor(private readonly make: (scope: Construct, id: string, context: PipelineTaskContext) => Made) {}

  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const { states, reads, writes } = this.make(scope, id, context);
    return { start: states, ends: [states], reads, writes };
  }
}
