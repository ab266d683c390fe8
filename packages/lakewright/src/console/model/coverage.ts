import { makePlan } from '../../actions/plan/plan';
import { classify } from '../../assembly/classify';
import type { Assembly } from '../../assembly/resource';
import type { LocalLake } from '../../local-lake';
import type { Coverage, CoverageGroup, CoverageModel, CoverageResource } from '../contract';

const CLASSES = ['executed', 'simulated', 'recorded', 'unsupported'] as const satisfies readonly Coverage[];

/** Every resource by how it is treated, below the construct that it belongs to; what doesn't do the real thing first. */
export function coverageOf(lake: LocalLake, assembly: Assembly): CoverageModel {
  const plan = makePlan(assembly, classify(assembly.resources, lake.services));
  const invented = new Map<string, string[]>();
  for (const { path, invented: names } of assembly.resources) if (names.length > 0) invented.set(path, [...names]);
  const groups = new Map<string, CoverageResource[]>();
  for (const coverage of CLASSES) {
    for (const { path, type, note = '' } of plan.resources[coverage]) {
      const [group, rest] = split(path, plan.stacks);
      const made = invented.get(path);
      const text = [note, ...(made ? [`made up: ${made.join(', ')}`] : [])].filter(Boolean).join('; ');
      groups.set(group, [...(groups.get(group) ?? []), { path: rest, type, coverage, note: text }]);
    }
  }
  const counted = [...groups].map(([construct, resources]): CoverageGroup => {
    const count = (coverage: Coverage): number => resources.filter((one) => one.coverage === coverage).length;
    const [executed, simulated, recorded, unsupported] = CLASSES.map(count) as [number, number, number, number];
    return {
      construct,
      counts: { executed, simulated, recorded, unsupported },
      resources: [...resources].sort((a, b) => severity(b.coverage) - severity(a.coverage)),
    };
  });
  const worst = ({ counts }: CoverageGroup): number =>
    counts.unsupported * 1e6 + counts.simulated * 1e3 + counts.recorded;
  return {
    groups: counted.sort((a, b) => worst(b) - worst(a) || a.construct.localeCompare(b.construct)),
    problems: plan.problems,
  };
}

const severity = (coverage: Coverage): number => [0, 2, 1, 3][CLASSES.indexOf(coverage)] as number;

/** `BatchLake/Storage/Raw/Resource` → `Storage` and `Raw`. With several stacks the stack is a part of the name. */
function split(path: string, stacks: readonly string[]): readonly [string, string] {
  const ids = path.replace(/\/(Resource|Default)$/, '').split('/');
  const own = stacks.length > 1 ? 2 : 1;
  if (ids.length <= own) return [ids.join('/'), ids.at(-1) as string];
  const group = ids.slice(stacks.length > 1 ? 0 : 1, own + 1).join('/');
  return [group, ids.slice(own + 1).join('/') || (ids.at(-1) as string)];
}
