import type { PersonaModel, QueryModel } from '../../src/console/contract';
import { choosePersona } from '../app';
import { counted } from '../format';
import { type Shape, StateIcon } from '../parts';
import { persona, useShared } from '../store';
import { type Asked, audience, type Outcome } from './sql-state';

/** One SQL, everybody's outcome; choosing one changes the persona everywhere. */
export function Outcomes({ personas, now }: { personas: readonly PersonaModel[]; now: Asked | undefined }) {
  const chosen = useShared(persona);
  const results = [...(now?.outcomes.values() ?? [])].filter((one): one is QueryModel => typeof one !== 'string');
  const widest = results.filter(({ state }) => state === 'ok').sort((a, b) => b.columns.length - a.columns.length)[0];
  const most = Math.max(...results.map(({ rows }) => rows ?? 0), 0);
  return (
    <fieldset class="outcomes" aria-label="Outcome by persona">
      {audience(personas, chosen).map(({ name }) => {
        const [shape, text] = wordsOf(now?.outcomes.get(name) ?? 'idle', widest, most);
        return (
          <button
            type="button"
            key={name}
            data-as={name}
            aria-pressed={name === chosen}
            onClick={() => choosePersona(name)}
          >
            <StateIcon state={shape} label={false} />
            <b>{name}</b>
            <small>{text}</small>
          </button>
        );
      })}
    </fieldset>
  );
}

function wordsOf(outcome: Outcome, widest: QueryModel | undefined, most: number): readonly [Shape, string] {
  if (outcome === 'idle') return ['off', 'not asked yet'];
  if (outcome === 'waiting') return ['run', 'waits'];
  if (outcome === 'apart') return ['skip', 'not run: it writes'];
  const { state, rows, columns, error } = outcome;
  if (state === 'run') return ['run', 'runs'];
  if (state === 'refused') return ['deny', 'refused, 0 bytes read'];
  if (state === 'cancelled') return ['skip', 'cancelled'];
  if (state === 'fail') return ['fail', (error ?? 'failed').replace(/^([A-Z_]+): line.*$/, '$1')];
  if (rows === null) return ['ok', 'done'];
  const own = new Set(columns.map(({ name }) => name));
  const without = widest?.columns.flatMap(({ name }) => (own.has(name) ? [] : [name])) ?? [];
  const few = without.length > 3 ? `${without.length} columns fewer` : `no ${without.join(', ')}`;
  const sight = without.length > 0 ? few : `all ${counted(columns.length, 'column')}`;
  const isPart = without.length > 0 || rows < most;
  return [
    isPart ? 'half' : 'ok',
    `${counted(rows, 'row')}, ${columns.length === 1 && without.length === 0 ? '1 column' : sight}`,
  ];
}
