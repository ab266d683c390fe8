import { type Plan, type PlannedResource, summarize } from './plan';

/** The plan as people read it: what needs attention last, where the eye is. */
export function renderPlan(plan: Plan): string {
  const lines = [`assembly  ${plan.source}`, `          ${summarize(plan)}`, ''];
  lines.push(...section('executed', 'the real thing happens', plan.resources.executed));
  lines.push(...section('simulated', 'same effect by other means', plan.resources.simulated));
  lines.push(...section('recorded', 'kept, no effect', plan.resources.recorded));
  lines.push(...section('unsupported', 'nothing happens', plan.resources.unsupported, true));
  if (plan.pipelines.length > 0) lines.push('run starts', ...plan.pipelines.map((path) => `  ${path}`), '');
  if (plan.invented.length > 0) {
    lines.push('made up (only AWS knows them)', ...plan.invented.map((name) => `  ${name}`), '');
  }
  if (plan.problems.length > 0) lines.push('problems', ...plan.problems.map((problem) => `  ${problem}`), '');
  return lines.join('\n').trimEnd();
}

function section(title: string, meaning: string, resources: readonly PlannedResource[], each = false): string[] {
  if (resources.length === 0) return [];
  const lines = [`${title} (${resources.length}): ${meaning}`];
  if (each) {
    lines.push(...resources.map(({ path, type, note }) => `  ${path}  ${type}${note ? `: ${note}` : ''}`));
  } else {
    lines.push(...grouped(resources));
  }
  return [...lines, ''];
}

/** One line per type and note. */
function grouped(resources: readonly PlannedResource[]): string[] {
  const groups = new Map<string, PlannedResource[]>();
  for (const resource of resources) {
    const key = `${resource.type}${resource.note ? `: ${resource.note}` : ''}`;
    groups.set(key, [...(groups.get(key) ?? []), resource]);
  }
  return [...groups].map(([key, members]) => `  ${String(members.length).padStart(4)}  ${key}`);
}
