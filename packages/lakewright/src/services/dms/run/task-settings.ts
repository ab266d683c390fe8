import { LakewrightError } from '../../../host/host';
import type { ApiShape } from '../../api-shape';
import type { LobDefaults } from '../mapping/plan';

/** What the runtime takes from `ReplicationSettings`; the other settings tune what it does in its own way. */
export interface TaskSettings {
  readonly lobs: LobDefaults;
  /** What happens with files that are there before a full load. */
  readonly preparation: 'DO_NOTHING' | 'DROP_AND_CREATE' | 'TRUNCATE_BEFORE_LOAD';
}

const PREPARATIONS = ['DO_NOTHING', 'DROP_AND_CREATE', 'TRUNCATE_BEFORE_LOAD'] as const;

/**
 * Reads the settings with DMS's defaults.
 *
 * @param sourceSettings the engine's settings of the source endpoint
 * @throws LakewrightError LW_DMS_SETTINGS
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.html
 */
export function readTaskSettings(given: ApiShape, sourceSettings: ApiShape): TaskSettings {
  const settings = parse(given);
  const { SupportLobs = true, FullLobMode = false, LobMaxSize = 32 } = settings.TargetMetadata ?? {};
  const mode = String(SupportLobs) === 'false' ? 'none' : String(FullLobMode) === 'true' ? 'unlimited' : 'limited';
  const wanted = settings.FullLoadSettings?.TargetTablePrepMode ?? 'DO_NOTHING';
  const preparation = PREPARATIONS.find((one) => one === wanted);
  if (preparation === undefined) {
    throw refuse(`TargetTablePrepMode "${wanted}"`, PREPARATIONS.join(', '), 'use one of these');
  }
  const failOnTruncation = String(sourceSettings?.FailTasksOnLobTruncation ?? false) === 'true';
  return { lobs: { mode, maxSize: Number(LobMaxSize) || 32, failOnTruncation }, preparation };
}

function parse(given: ApiShape): ApiShape {
  if (typeof given !== 'string') return given ?? {};
  try {
    return JSON.parse(given || '{}');
  } catch (error) {
    throw refuse(`settings that aren't JSON (${(error as Error).message})`, 'a JSON text', 'mend the text');
  }
}

function refuse(what: string, allowed: string, change: string): LakewrightError {
  return new LakewrightError('LW_DMS_SETTINGS', `replication settings: ${what} → ${allowed} → ${change}`);
}
