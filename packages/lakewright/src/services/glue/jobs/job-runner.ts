import fs from 'node:fs';
import path from 'node:path';
import { engineCaller } from '../../../access/guard';
import type { SparkEngine, SparkOutcome } from '../../../engines/spark/contract';
import type { LakeContext } from '../../service';
import { requireConnections } from '../catalog/local-connection';
import { jobArguments } from './job-arguments';
import { connectionVariables } from './job-connections';
import { type JobDefinition, requireRuntime } from './job-definition';
import { namedFiles } from './job-files';
import type { Bookmark, JobRun, JobStore } from './job-store';

/** Runs a job's script with the job's role, and keeps its bookmark. */
export class JobRunner {
  public constructor(
    private readonly lake: LakeContext,
    private readonly store: JobStore,
    private readonly engine: SparkEngine,
  ) {}

  /** @throws what keeps the script from being started */
  public async run(job: JobDefinition, run: JobRun, signal: AbortSignal): Promise<SparkOutcome> {
    const { lake } = this;
    const { kind, version } = requireRuntime(job);
    const caller = engineCaller(lake, job.Role, run.Id);
    const folder = path.join(lake.workspace.tmp, 'glue', run.Id);
    fs.mkdirSync(folder, { recursive: true });
    try {
      await requireConnections(lake, job);
      const given = jobArguments(run.Arguments);
      const [location] = await namedFiles(lake, caller, [job.Command.ScriptLocation], path.join(folder, 'script'));
      const files = (uris: readonly string[], name: string) => namedFiles(lake, caller, uris, path.join(folder, name));
      const modules = given.modules.map((one, index) =>
        one.startsWith('s3://') ? files([one], `module-${index}`).then(([file]) => file as string) : one,
      );
      const bookmark = path.join(folder, 'bookmark.json');
      const outcome = await this.engine.run({
        id: run.Id,
        name: job.Name,
        glueVersion: version,
        plainPython: kind === 'shell',
        script: location as string,
        args: [...given.argv, '--JOB_NAME', job.Name, '--JOB_ID', `j_${job.Name}`, '--JOB_RUN_ID', run.Id],
        pyFiles: await files(given.pyFiles, 'py-files'),
        jars: await files(given.jars, 'jars'),
        files: await files(given.files, 'files'),
        modules: await Promise.all(modules),
        conf: given.conf,
        caller,
        environment: {
          ...this.bookmarkVariables(job.Name, given.bookmark, bookmark),
          ...(await connectionVariables(lake, job.Connections?.Connections ?? [])),
        },
        signal,
      });
      if (outcome.state === 'SUCCEEDED' && given.bookmark === 'enable') this.keepBookmark(run, bookmark);
      return outcome;
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  private bookmarkVariables(job: string, option: string, file: string): Record<string, string> {
    if (option === 'disable') return {};
    fs.writeFileSync(file, this.store.bookmarks.get(job)?.JobBookmark ?? '{"version": 1, "sources": {}}');
    return { LAKEWRIGHT_BOOKMARK: file, ...(option === 'pause' && { LAKEWRIGHT_BOOKMARK_PAUSE: '1' }) };
  }

  private keepBookmark({ JobName, Id, Attempt }: JobRun, file: string): void {
    const JobBookmark = fs.readFileSync(file, 'utf8');
    const former = this.store.bookmarks.get(JobName);
    if (former?.JobBookmark === JobBookmark) return;
    const bookmark: Bookmark = {
      Version: (former?.Version ?? -1) + 1,
      Run: (former?.Run ?? 0) + 1,
      ...{ Attempt, RunId: Id, PreviousRunId: former?.RunId, JobBookmark },
    };
    this.store.bookmarks.put(JobName, bookmark);
  }
}
