import { readFileSync } from 'node:fs';
import type { ToolNeed } from '../host/missing-tool';
import type { LeftOutReport, TaskReport } from './report';

/** The tasks that weren't run, by the tool that they lack: each with what gets it. */
export function leftOutOf(tasks: readonly TaskReport[]): readonly LeftOutReport[] {
  const groups = new Map<ToolNeed['tool'], { needs: ToolNeed[]; tasks: Set<string> }>();
  const visit = (task: TaskReport, pipeline: string | undefined): void => {
    const within = task.pipeline ?? pipeline;
    if (task.missing) {
      const group = groups.get(task.missing.tool) ?? { needs: [], tasks: new Set() };
      groups.set(task.missing.tool, group);
      group.needs.push(task.missing);
      group.tasks.add(within === undefined ? task.name : `${within}: ${task.name}`);
    }
    for (const item of task.items ?? []) visit(item, within);
  };
  for (const task of tasks) visit(task, undefined);
  return [...groups].map(([tool, { needs, tasks: names }]) => ({
    tool,
    missing: missingText(tool, needs),
    tasks: [...names],
    get: howToGet(tool, needs),
  }));
}

function missingText(tool: ToolNeed['tool'], needs: readonly ToolNeed[]): string {
  if (tool === 'network') return 'a network, or a package index that can be reached';
  if (tool === 'java') return 'Java 17, and a network to fetch it';
  const [lowest, highest] = pythonOf(needs);
  const between = highest - lowest === 1 ? 'or' : 'to';
  return lowest === highest ? `Python 3.${lowest}` : `Python 3.${lowest} ${between} 3.${highest}`;
}

/** The versions that do for all. */
function pythonOf(needs: readonly ToolNeed[]): readonly [number, number] {
  const ranges = needs.flatMap(({ python }) => (python ? [python] : []));
  return [Math.max(...ranges.map(([low]) => low)), Math.min(...ranges.map(([, high]) => high))];
}

/** What to type on this machine, a line at a time; one of them does where they begin with `or`. */
export function howToGet(
  tool: ToolNeed['tool'],
  needs: readonly ToolNeed[],
  system: string = systemOf(process.platform),
): readonly string[] {
  const environments = [...new Set(needs.flatMap(({ environment }) => environment ?? []))];
  const setup = environments.length > 0 ? [`npx lakewright setup ${environments.join(' ')}`] : [];
  if (tool === 'network') {
    return [
      ...setup.map((text) => `with a network: ${text}`),
      'or, with an index of your own: PIP_INDEX_URL=<URL> (uv: UV_DEFAULT_INDEX=<URL>), then the same',
    ];
  }
  if (tool === 'java') {
    const java = JAVA[system];
    return [
      ...(java ? [java] : []),
      `${java ? 'or' : 'install Java 17, or'} set JAVA_HOME to a Java 17`,
      ...setup.map((text) => `or, with a network: ${text}`),
    ];
  }
  const [lowest, highest] = pythonOf(needs);
  const version = `3.${Math.min(11, highest)}`;
  const install = PYTHON[system]?.(version, lowest, highest);
  return [
    ...(install ? [install] : []),
    `${install ? 'or, ' : ''}with uv (https://docs.astral.sh/uv): uv python install ${version}; export LAKEWRIGHT_PYTHON="$(uv python find ${version})"`,
    'or set LAKEWRIGHT_PYTHON to the path of one',
  ];
}

/** Packages of the systems that have one of these versions under a name that is known. */
const PYTHON: Readonly<Record<string, (version: string, lowest: number, highest: number) => string | undefined>> = {
  darwin: (version) => `brew install python@${version}`,
  win32: (version) => `winget install --exact --id Python.Python.${version}`,
  fedora: (version) => `sudo dnf install python${version}`,
  amzn: (version) => `sudo dnf install python${version}`,
  rhel: (version) => `sudo dnf install python${version}`,
  'debian 12': (_, lowest, highest) => distribution(11, lowest, highest),
  'debian 13': (_, lowest, highest) => distribution(13, lowest, highest),
  'ubuntu 22.04': (_, lowest, highest) => distribution(10, lowest, highest),
  'ubuntu 24.04': (_, lowest, highest) => distribution(12, lowest, highest),
};

const distribution = (own: number, lowest: number, highest: number): string | undefined =>
  own >= lowest && own <= highest ? 'sudo apt-get install python3 python3-venv' : undefined;

const APT_JAVA = 'sudo apt-get install openjdk-17-jre-headless';
const JAVA: Readonly<Record<string, string>> = {
  darwin: 'brew install openjdk@17',
  win32: 'winget install --exact --id EclipseAdoptium.Temurin.17.JRE',
  amzn: 'sudo dnf install java-17-amazon-corretto-headless',
  rhel: 'sudo dnf install java-17-openjdk-headless',
  'debian 12': APT_JAVA,
  'ubuntu 22.04': APT_JAVA,
  'ubuntu 24.04': APT_JAVA,
};

/** `darwin`, `win32`, or a Linux distribution by its ID, with its version where packages hang on it. */
function systemOf(platform: NodeJS.Platform): string {
  if (platform !== 'linux') return platform;
  let release: string;
  try {
    release = readFileSync('/etc/os-release', 'utf8');
  } catch {
    return platform;
  }
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  const id = field('ID');
  if (id === 'debian' || id === 'ubuntu') return `${id} ${field('VERSION_ID')}`;
  return /rhel|centos/.test(`${id} ${field('ID_LIKE')}`) && id !== 'amzn' && id !== 'fedora' ? 'rhel' : id;
}
