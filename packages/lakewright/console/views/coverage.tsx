import { useState } from 'preact/hooks';
import type { Coverage, CoverageGroup, CoverageModel, CoverageResource } from '../../src/console/contract';
import { counted, number } from '../format';
import { CopyButton, Empty, Failure, Icon, Loading, type Shape, StateIcon } from '../parts';
import { href, replace } from '../router';
import { useResource } from '../store';
import type { ViewProps } from './view';

const SHAPES: Readonly<Record<Coverage, Shape>> = {
  executed: 'dot',
  simulated: 'half',
  recorded: 'ring',
  unsupported: 'deny',
};
const NAMES = Object.keys(SHAPES) as Coverage[];

export function CoverageView({ rest: [chosen] }: ViewProps) {
  const { data, error, reload } = useResource<CoverageModel>('coverage');
  const [text, setText] = useState('');
  const [opened, setOpened] = useState<Readonly<Record<string, boolean>>>({});
  if (!data) {
    return (
      <>
        <h1 class="vh">Coverage</h1>
        {error ? <Failure title="The resources could not be read" error={error} retry={reload} /> : <Loading />}
      </>
    );
  }
  const only = NAMES.find((name) => name === chosen);
  const groups = data.groups.flatMap((group) => filtered(group, only, text));
  const sums = totals(data.groups);
  const all = NAMES.reduce((sum, name) => sum + sums[name], 0);
  if (all === 0) {
    return (
      <>
        <h1 class="vh">Coverage</h1>
        <Empty title="No resources" text="The assembly has no stack with resources." command="npx cdk synth" />
      </>
    );
  }
  const isOpen = (group: CoverageGroup): boolean =>
    opened[group.construct] ?? (text !== '' || only !== undefined || hasExceptions(group));
  return (
    <>
      <div class="head">
        <h1>What runs here</h1>
        <p>
          {number(sums.executed)} of {number(all)} resources do the real thing on this machine.{' '}
          {sums.unsupported === 0 ? 'None is left out.' : `${counted(sums.unsupported, 'does', 'do')} nothing.`}
        </p>
        <span class="right">
          <CopyButton label="Copy as Markdown" ghost text={() => markdown(data)} />
        </span>
      </div>
      {data.problems.map((problem) => (
        <div class="notice" key={problem}>
          <StateIcon state="stale" label={false} />
          <span>{problem}</span>
        </div>
      ))}
      <div class="cov-bar" role="img" aria-label={NAMES.map((name) => `${sums[name]} ${name}`).join(', ')}>
        {NAMES.filter((name) => sums[name] > 0).map((name) => (
          <i key={name} class={`f-${name}`} style={{ flex: sums[name] }} />
        ))}
      </div>
      <div class="head">
        <fieldset class="chips" aria-label="Show">
          <button type="button" class="btn" aria-pressed={only === undefined} onClick={() => replace(href('coverage'))}>
            All <b>{number(all)}</b>
          </button>
          {NAMES.map((name) => (
            <button
              key={name}
              type="button"
              class="btn"
              aria-pressed={only === name}
              onClick={() => replace(href('coverage', name))}
            >
              <Class name={name} /> <b>{number(sums[name])}</b>
            </button>
          ))}
        </fieldset>
        <span class="right">
          <input
            type="search"
            placeholder="Construct or type"
            aria-label="Filter by construct or type"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </span>
      </div>
      <section class="panel scroll" aria-label="Resources by construct">
        <table class="cov">
          <thead>
            <tr>
              <th scope="col">Construct</th>
              <th scope="col" class="wide">
                Type
              </th>
              <th scope="col">Here</th>
              <th scope="col" class="wide how">
                How, and what we invent
              </th>
            </tr>
          </thead>
          {groups.map((group) => (
            <Group
              key={group.construct}
              group={group}
              isOpen={isOpen(group)}
              isWhole={only !== undefined || text !== ''}
              toggle={() => setOpened({ ...opened, [group.construct]: !isOpen(group) })}
            />
          ))}
        </table>
        {groups.length === 0 && <p class="state soft">Nothing by that name</p>}
      </section>
    </>
  );
}

function filtered(group: CoverageGroup, only: Coverage | undefined, text: string): CoverageGroup[] {
  const wanted = text.toLowerCase();
  const resources = group.resources.filter(
    ({ path, type, coverage }) =>
      (only === undefined || coverage === only) &&
      (group.construct.toLowerCase().includes(wanted) || `${path} ${type}`.toLowerCase().includes(wanted)),
  );
  return resources.length === 0 ? [] : [{ ...group, resources }];
}

const hasExceptions = ({ counts }: CoverageGroup): boolean => counts.simulated + counts.unsupported > 0;

function totals(groups: readonly CoverageGroup[]): Record<Coverage, number> {
  const sum = (name: Coverage): number => groups.reduce((all, { counts }) => all + counts[name], 0);
  return {
    executed: sum('executed'),
    simulated: sum('simulated'),
    recorded: sum('recorded'),
    unsupported: sum('unsupported'),
  };
}

function Class({ name }: { name: Coverage }) {
  return (
    <span class={`cls ${name}`}>
      <StateIcon state={SHAPES[name]} label={false} />
      {name}
    </span>
  );
}

/** What doesn't do the real thing stands in lines; what does is a number at the end. */
function Group({
  group,
  isOpen,
  isWhole,
  toggle,
}: {
  group: CoverageGroup;
  isOpen: boolean;
  isWhole: boolean;
  toggle: () => void;
}) {
  const { construct, counts, resources } = group;
  const shown = isWhole ? resources : resources.filter(({ coverage }) => coverage !== 'executed');
  const rest = resources.length - shown.length;
  const exceptions = NAMES.filter((name) => name !== 'executed' && counts[name] > 0).map(
    (name) => `${counts[name]} ${name}`,
  );
  return (
    <tbody>
      <tr class="grp">
        <th scope="row">
          <button type="button" aria-expanded={isOpen} onClick={toggle}>
            <Icon name="chev" />
            {construct}
          </button>
        </th>
        <td class="wide soft">
          {counted(
            NAMES.reduce((sum, name) => sum + counts[name], 0),
            'resource',
          )}
        </td>
        <td>
          <span class="mini" role="img" aria-label={NAMES.map((name) => `${counts[name]} ${name}`).join(', ')}>
            {NAMES.filter((name) => counts[name] > 0).map((name) => (
              <i key={name} class={`f-${name}`} style={{ flex: counts[name] }} />
            ))}
          </span>
        </td>
        <td class="wide soft">{exceptions.join(', ') || 'all executed'}</td>
      </tr>
      {isOpen &&
        alike(shown, isWhole).map((resource) => (
          <Resource key={`${resource.path} ${resource.type}`} resource={resource} />
        ))}
      {isOpen && rest > 0 && (
        <tr class="kid">
          <th scope="row" class="more">
            {shown.length > 0 ? `${rest} more` : counted(rest, 'resource')}
          </th>
          <td class="wide" />
          <td>
            <Class name="executed" />
          </td>
          <td class="wide" />
        </tr>
      )}
    </tbody>
  );
}

const ALIKE = 3;

/** Many of which the same is said are one line, until somebody asks for them. */
function alike(resources: readonly CoverageResource[], isWhole: boolean): readonly CoverageResource[] {
  if (isWhole) return resources;
  const groups = new Map<string, CoverageResource[]>();
  for (const one of resources) {
    const key = `${one.coverage} ${one.note}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first || group.length <= ALIKE) return group;
    const types = [...new Set(group.map(({ type }) => type.replace(/^AWS::/, '').split('::')[0] ?? type))];
    return [{ ...first, path: counted(group.length, 'resource'), type: types.join(', ') }];
  });
}

function Resource({ resource: { path, type, coverage, note } }: { resource: CoverageResource }) {
  return (
    <tr class="kid">
      <th scope="row">
        {path}
        <small class="near">{note}</small>
      </th>
      <td class="wide mono soft">{type.replace(/^AWS::/, '')}</td>
      <td>
        <Class name={coverage} />
      </td>
      <td class="wide">{note}</td>
    </tr>
  );
}

function markdown({ groups }: CoverageModel): string {
  const cell = (value: string): string => value.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = groups.flatMap(({ construct, resources }) =>
    resources.map(
      ({ path, type, coverage, note }) => `| ${[construct, path, type, coverage, note].map(cell).join(' | ')} |`,
    ),
  );
  return ['| construct | resource | type | here | how |', '|---|---|---|---|---|', ...lines].join('\n');
}
