import type { MissingTool } from '../../../host/missing-tool';
import type { ApiShape } from '../../api-shape';
import type { LakeEvent } from '../../event-bus';
import { type DueRun, runsBetween } from '../../events/due';
import type { LakeContext } from '../../service';
import type { Crawlers } from '../crawler/crawlers';
import { entityNotFound } from '../errors';
import type { Jobs } from '../jobs';
import { isFinal, type JobRun } from '../jobs/job-store';
import { StateMap } from '../state-map';
import { Workflows } from './workflows';

/** What is kept of a trigger: the API's members, and which of its conditions have come true since it last fired. */
export interface StoredTrigger {
  readonly definition: ApiShape;
  readonly state: 'CREATED' | 'ACTIVATED' | 'DEACTIVATED';
  readonly created: number;
}

/** Of one firing: the workflow's run that it belongs to. */
export interface Firing {
  readonly workflow?: string;
  readonly workflowRun?: string;
}

/** Triggers start jobs and crawlers: at a time, when somebody asks, or when others have ended. */
export class Triggers {
  public readonly stored: StateMap<StoredTrigger>;
  public readonly workflows: Workflows;
  /** Trigger and workflow run → conditions that have come true. */
  private readonly met = new Map<string, Set<number>>();
  /** Crawler → the firing that started it. */
  private readonly crawls = new Map<string, Firing>();
  private readonly arrived = new Map<string, number>();
  private readonly unsubscribe: () => void;

  public constructor(
    private readonly lake: LakeContext,
    private readonly jobs: Jobs,
    private readonly crawlers: Crawlers,
  ) {
    this.stored = new StateMap(lake.workspace, 'glue-triggers');
    this.workflows = new Workflows(lake);
    this.unsubscribe = lake.events.subscribe((event) => this.listen(event));
  }

  public require(name: string): StoredTrigger {
    const found = this.stored.get(name);
    if (found) return found;
    throw entityNotFound(`Trigger with name ${name} not found.`);
  }

  /** Starts what a trigger names. What can't be started is a message, as it is an event on AWS. */
  public fire({ definition }: StoredTrigger, firing: Firing = {}): void {
    const { Name: TriggerName, Actions = [] } = definition;
    for (const { JobName, CrawlerName, Arguments, Timeout } of Actions) {
      try {
        if (JobName !== undefined) {
          const own = firing.workflowRun && {
            '--WORKFLOW_NAME': String(firing.workflow),
            '--WORKFLOW_RUN_ID': firing.workflowRun,
          };
          const run = this.jobs.start(JobName, { TriggerName, Timeout, Arguments: { ...Arguments, ...own } });
          this.lake.background.track(this.reported(run));
        } else {
          this.crawls.set(CrawlerName, firing);
          this.crawlers.start(CrawlerName);
          const done = this.crawlers.runOf(CrawlerName)?.done;
          if (done) this.lake.background.track(done);
        }
        this.workflows.began(firing.workflowRun);
      } catch (error) {
        const text = `trigger ${TriggerName} couldn't start ${JobName ?? CrawlerName}: ${(error as Error).message}`;
        this.lake.host.notify({ code: 'LW_GLUE_TRIGGER_FAILED', level: 'warning', text });
        this.lake.background.report({ name: TriggerName, type: 'glue:trigger', seconds: 0, error: text });
      }
    }
  }

  /** A workflow's first triggers. @returns the run's id */
  public startWorkflow(name: string, properties: Readonly<Record<string, string>> = {}): string {
    const id = this.workflows.start(name, properties);
    for (const trigger of this.startersOf(name)) this.fire(trigger, { workflow: name, workflowRun: id });
    this.workflows.settle(id);
    return id;
  }

  /** An event that EventBridge hands to a workflow: its EVENT trigger starts when enough have come. */
  public notify(name: string): void {
    const [trigger] = this.startersOf(name).filter(({ definition }) => definition.Type === 'EVENT');
    const size = Number(trigger?.definition.EventBatchingCondition?.BatchSize ?? 1);
    const count = (this.arrived.get(name) ?? 0) + 1;
    this.arrived.set(name, count % size);
    if (count >= size) this.startWorkflow(name);
  }

  public due(from: Date, to: Date): DueRun[] {
    return this.stored
      .values()
      .filter(({ state, definition }) => state === 'ACTIVATED' && definition.Type === 'SCHEDULED')
      .flatMap((trigger) => {
        const { Name: name, Schedule: expression, WorkflowName } = trigger.definition;
        return runsBetween(expression, from, to, { anchor: new Date(trigger.created * 1000) }).map((time) => ({
          ...{ time, name, expression },
          fire: async () => {
            if (WorkflowName) this.startWorkflow(WorkflowName);
            else this.fire(trigger);
          },
        }));
      });
  }

  public stop(): void {
    this.unsubscribe();
  }

  private startersOf(workflow: string): StoredTrigger[] {
    return this.stored
      .values()
      .filter(({ definition }) => definition.WorkflowName === workflow && definition.Type !== 'CONDITIONAL');
  }

  private async reported(run: JobRun): Promise<void> {
    const started = performance.now();
    const { JobRunState, ErrorMessage } = await this.jobs.finished(run.JobName, run.Id);
    const missing = this.jobs.missingOf(run.Id);
    if (missing) return this.leaveOut(run, missing);
    const failed = JobRunState === 'FAILED' || JobRunState === 'TIMEOUT';
    const error = failed ? `${JobRunState}: ${ErrorMessage ?? ''}` : undefined;
    const seconds = (performance.now() - started) / 1000;
    this.lake.background.report({ name: run.JobName, type: 'glue:job', seconds, error });
  }

  /** No event tells of a run that this machine can't do: what would wait for it is told of here. */
  private leaveOut({ JobName, Arguments }: JobRun, { reason, need }: MissingTool): void {
    const { '--WORKFLOW_NAME': workflow, '--WORKFLOW_RUN_ID': workflowRun } = Arguments;
    this.lake.background.report({ name: JobName, type: 'glue:job', seconds: 0, leftOut: { reason, need } });
    for (const name of this.waitingFor(JobName, workflow)) {
      const because = `${JobName} was left out`;
      this.lake.background.report({ name, type: 'glue:trigger', seconds: 0, leftOut: { reason: because } });
    }
    this.workflows.ended(workflowRun, 'STOPPED');
    this.workflows.settle(workflowRun);
  }

  /** Jobs and crawlers that triggers start only after a job, or after one of those. */
  private waitingFor(job: string, workflow: string | undefined): readonly string[] {
    const found = new Set([job]);
    const conditional = this.stored
      .values()
      .filter(({ state, definition: one }) => state === 'ACTIVATED' && one.Type === 'CONDITIONAL')
      .filter(({ definition }) => definition.WorkflowName === workflow);
    for (let size = 0; size < found.size; ) {
      size = found.size;
      for (const { definition } of conditional) {
        const conditions: ApiShape[] = definition.Predicate?.Conditions ?? [];
        const waits = conditions.map(({ JobName, CrawlerName }) => found.has(JobName ?? CrawlerName));
        const never = definition.Predicate?.Logical === 'ANY' ? waits.every(Boolean) : waits.some(Boolean);
        if (!never) continue;
        for (const { JobName, CrawlerName } of definition.Actions ?? []) found.add(JobName ?? CrawlerName);
      }
    }
    return [...found].filter((name) => name !== job);
  }

  /**
   * Only what a trigger has started lets the next one fire.
   *
   * @see https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
   */
  private listen(event: LakeEvent): void {
    if (event.source !== 'aws.glue') return;
    const { detail } = event;
    if (event['detail-type'] === 'Glue Job State Change') {
      const run = this.jobs.runs(detail.jobName).find(({ Id }) => Id === detail.jobRunId);
      if (run?.TriggerName === undefined || !isFinal(run)) return;
      const [workflow, workflowRun] = [run.Arguments['--WORKFLOW_NAME'], run.Arguments['--WORKFLOW_RUN_ID']];
      this.ended({ JobName: run.JobName, State: run.JobRunState }, { workflow, workflowRun });
    }
    if (event['detail-type'] === 'Glue Crawler State Change' && detail.state !== 'Started') {
      const firing = this.crawls.get(detail.crawlerName);
      if (firing === undefined) return;
      this.crawls.delete(detail.crawlerName);
      this.ended({ CrawlerName: detail.crawlerName, CrawlState: String(detail.state).toUpperCase() }, firing);
    }
  }

  private ended(what: Readonly<Record<string, string>>, firing: Firing): void {
    this.workflows.ended(firing.workflowRun, what.State ?? what.CrawlState ?? '');
    for (const trigger of this.stored.values()) {
      const { Name, Type, Predicate, WorkflowName } = trigger.definition;
      if (Type !== 'CONDITIONAL' || trigger.state !== 'ACTIVATED' || WorkflowName !== firing.workflow) continue;
      const conditions: ApiShape[] = Predicate?.Conditions ?? [];
      const key = `${Name}\n${firing.workflowRun ?? ''}`;
      const met = this.met.get(key) ?? new Set<number>();
      for (const [index, condition] of conditions.entries()) {
        if (Object.entries(what).every(([member, value]) => condition[member] === value)) met.add(index);
      }
      const complete = Predicate?.Logical === 'ANY' ? met.size > 0 : met.size === conditions.length;
      if (met.size === 0) continue;
      if (complete) this.met.delete(key);
      else this.met.set(key, met);
      if (complete) this.fire(trigger, firing);
    }
    this.workflows.settle(firing.workflowRun);
  }
}
