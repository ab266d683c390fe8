import type { LocalLake } from '../../local-lake';
import { dueRuns } from '../../services/events';
import type { MonitoringService } from '../../services/monitoring';

/** Schedules are to the minute: a second late is in time. */
const PERIOD_MS = 1_000;

/**
 * Fires schedules when they are due by the machine's clock, until the returned function is called. The lake's own clock
 * isn't asked: waits of state machines move it on by hours at once.
 */
export function fireSchedules(lake: LocalLake): () => void {
  let from = new Date();
  const timer = setInterval(() => {
    const to = new Date();
    // The machine slept: what would have fired meanwhile doesn't fire all at once.
    if (to.getTime() - from.getTime() > 60 * PERIOD_MS) from = new Date(to.getTime() - PERIOD_MS);
    try {
      for (const run of dueRuns(lake, from, to)) {
        const text = `schedule  ${run.name} (${run.expression})`;
        lake.host.notify({ code: 'LW_SCHEDULE_FIRED', level: 'info', text, data: { name: run.name, time: run.time } });
        lake.background.track(run.fire());
      }
    } catch (error) {
      const text = `schedules can't be read: ${error instanceof Error ? error.message : error}`;
      lake.host.notify({ code: 'LW_SCHEDULE_FAILED', level: 'warning', text });
    }
    if (from.getMinutes() !== to.getMinutes()) {
      lake.background.track((lake.service('monitoring') as MonitoringService).evaluate());
    }
    from = to;
  }, PERIOD_MS);
  return () => clearInterval(timer);
}
