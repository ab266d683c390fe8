import type { ApiShape } from '../../services/api-shape';

/** An integration's name → what people call the task. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/athena:startQuery/, 'Athena SQL'],
  [/glue:startJobRun/, 'Glue job'],
  [/startCrawler/, 'crawler'],
  [/startDataQuality/, 'data quality'],
  [/ecs:runTask/, 'container'],
  [/databasemigration/, 'DMS'],
  [/appflow/, 'AppFlow'],
  [/lambda/, 'Lambda'],
  [/states:startExecution/, 'pipeline'],
  [/sns:|sqs:|events:/, 'message'],
];

/** `Athena SQL`, `Glue job` …: of a task of several states the first that is known. */
export function kindOf(definition: ApiShape): string {
  const resources = resourcesOf(definition);
  for (const [pattern, kind] of KINDS) if (resources.some((one) => pattern.test(one))) return kind;
  return definition.Type === 'Map' ? 'for each' : 'task';
}

function resourcesOf(state: ApiShape): string[] {
  const parts: ApiShape[] = [...(state.Branches ?? []), state.ItemProcessor, state.Iterator].filter(Boolean);
  const inner = parts.flatMap((part) => Object.values<ApiShape>(part.States).flatMap(resourcesOf));
  return [...(state.Resource ? [String(state.Resource)] : []), ...inner];
}
