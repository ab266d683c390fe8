import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { LakePipeline } from './lake-pipeline';
import type { RunHistory } from './run-history';

/** What a `PipelineDashboard` shows. */
export interface PipelineDashboardProps {
  /** Whose runs. */
  readonly pipelines: LakePipeline[];

  /**
   * Who measures rows and costs.
   * @default runs and dead letters only
   */
  readonly history?: RunHistory;
}

/** A CloudWatch dashboard of pipelines: how runs ended, how long they took, what they moved and cost. */
export class PipelineDashboard extends Construct {
  /** The dashboard, for more widgets. */
  public readonly dashboard: cloudwatch.Dashboard;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it shows
   */
  public constructor(scope: Construct, id: string, props: PipelineDashboardProps) {
    super(scope, id);
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { defaultInterval: Duration.days(14) });
    for (const pipeline of props.pipelines) {
      this.dashboard.addWidgets(...runs(pipeline));
      if (props.history) this.dashboard.addWidgets(...rows(pipeline, props.history));
    }
  }
}

const DAILY = { period: Duration.days(1), statistic: 'Sum' };

function runs(pipeline: LakePipeline): cloudwatch.IWidget[] {
  const { stateMachine, node } = pipeline;
  const title = (text: string): string => `${node.path}: ${text}`;
  return [
    new cloudwatch.GraphWidget({
      title: title('runs'),
      stacked: true,
      left: [
        stateMachine.metricSucceeded(DAILY),
        stateMachine.metricFailed(DAILY),
        stateMachine.metricTimedOut(DAILY),
        stateMachine.metricAborted(DAILY),
      ],
    }),
    new cloudwatch.GraphWidget({
      title: title('milliseconds of a run'),
      left: ['p50', 'p90', 'Maximum'].map((statistic) => pipeline.metricTime({ period: Duration.days(1), statistic })),
    }),
    new cloudwatch.GraphWidget({
      title: title('waiting triggers, dead letters'),
      left: [
        pipeline.triggerQueue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
        pipeline.metricDeadLetters(),
      ],
    }),
  ];
}

function rows(pipeline: LakePipeline, history: RunHistory): cloudwatch.IWidget[] {
  const graph = (title: string, name: string): cloudwatch.IWidget =>
    new cloudwatch.GraphWidget({
      title: `${pipeline.node.path}: ${title}`,
      left: pipeline.taskNames.map((task) => history.metricTask(name, pipeline, task, { ...DAILY, label: task })),
    });
  return [
    graph('seconds of tasks', 'Seconds'),
    graph('rows out', 'RowsOut'),
    new cloudwatch.GraphWidget({
      title: `${pipeline.node.path}: quarantine (%), cost ($)`,
      left: [history.metricQuarantinePercent(pipeline, { period: Duration.days(1) })],
      right: [history.metricCost(pipeline, DAILY)],
    }),
  ];
}
