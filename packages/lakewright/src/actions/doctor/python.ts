import type { ClassifiedResource } from '../../assembly/classify';
import { environmentKind, findEnvironment } from '../../engines/python/environment';
import { ANY_PYTHON, findPython } from '../../engines/python/interpreter';
import { MissingTool } from '../../host/missing-tool';
import { howToGet } from '../../report/left-out';
import type { Check } from './doctor';

/** Who needs which Python; the environment stands for all that need the same. */
const USES = [
  { need: 'glue-5.0', by: 'Glue jobs, Python shell jobs and data quality' },
  { need: 'dbt', by: 'dbt' },
  { need: 'python', by: 'Python functions and containers' },
] as const;

/** Which Pythons there are, and what a run leaves out without them. */
export async function pythons(): Promise<readonly Check[]> {
  return await Promise.all(
    USES.map(async ({ need, by }): Promise<Check> => {
      const name = `Python for ${by}`;
      const found = await pythonFor(need);
      if (typeof found === 'string') return { name, state: 'ok', found, meaning: 'they run' };
      const [get] = howToGet('python', [found.need]);
      return { name, state: 'optional', found: found.reason, meaning: `a run leaves them out; to get it: ${get}` };
    }),
  );
}

/** What a lake would leave out here; undefined where that is nothing. */
export async function leftOutAhead(classified: readonly ClassifiedResource[]): Promise<Check | undefined> {
  const paths: string[] = [];
  for (const { resource, handler, classification } of classified) {
    if (classification === 'unsupported' || classification === 'recorded') continue;
    const need = handler?.needs?.(resource);
    if (need !== undefined && typeof (await pythonFor(need)) !== 'string') paths.push(resource.path);
  }
  if (paths.length === 0) return undefined;
  const found = `${paths.length} of its resources can't do their work here`;
  return { name: 'This lake', state: 'optional', found, meaning: `a run leaves out what needs ${paths.join(', ')}` };
}

/** The environment where it is made, else the Python that would make it, else what is missing. */
async function pythonFor(need: string): Promise<string | MissingTool> {
  const made = need === 'python' ? undefined : findEnvironment(need);
  if (made) return made.python;
  try {
    const { path, version } = await findPython(need === 'python' ? ANY_PYTHON : environmentKind(need).python);
    return `${version} at ${path}`;
  } catch (error) {
    if (error instanceof MissingTool) return error;
    throw error;
  }
}
