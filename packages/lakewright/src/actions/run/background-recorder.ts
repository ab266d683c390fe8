import type { LocalLake } from '../../local-lake';
import type { TaskReport } from '../../report/report';
import type { BackgroundOutcome } from '../../services/background';

/** Collects what happens in the background of a run: one line of the report per function, queue or topic. */
export class BackgroundRecorder {
  private readonly outcomes = new Map<string, BackgroundOutcome[]>();
  private readonly end: () => void;

  public constructor(lake: LocalLake) {
    this.end = lake.background.onOutcome((outcome) => {
      const key = `${outcome.type} ${outcome.name}`;
      this.outcomes.set(key, [...(this.outcomes.get(key) ?? []), outcome]);
    });
  }

  public stop(): void {
    this.end();
  }

  public get tasks(): readonly TaskReport[] {
    return [...this.outcomes.values()].map((all) => {
      const failed = all.find(({ error }) => error !== undefined);
      const { leftOut } = all.find((one) => one.leftOut !== undefined) ?? {};
      return {
        name: all.length === 1 ? all[0].name : `${all[0].name} (${all.length} times)`,
        type: all[0].type,
        state: failed ? 'FAILED' : leftOut ? 'SKIPPED' : 'SUCCEEDED',
        seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
        ...{ rowsIn: null, rowsOut: null, filesIn: null },
        ...(failed && { error: failed.error }),
        ...(leftOut && { reason: leftOut.reason, ...(leftOut.need && { missing: leftOut.need }) }),
      };
    });
  }
}
