import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ColumnSight, ProblemModel, State } from '../src/console/contract';
import type { ApiError } from './api';
import { route } from './router';
import { say, useShared } from './store';

export const WORD: Readonly<Record<State, string>> = {
  ok: 'Succeeded',
  run: 'Running',
  fail: 'Failed',
  wait: 'Waiting',
  stale: 'Stale',
  skip: 'Skipped',
};

/** Shapes besides the states': partly, refused, not reached, and how a resource is treated. */
export type Shape = State | 'half' | 'deny' | 'off' | 'ring' | 'dot';

const TONE: Partial<Record<Shape, string>> = { skip: 'skipd', half: 'stale', deny: 'fail', off: 'wait' };

/** Each state has a shape of its own; colour repeats it. */
export function StateIcon({ state, label, still }: { state: Shape; label?: string | false; still?: boolean }) {
  const word = label === false ? undefined : (label ?? WORD[state as State]);
  const names = `st ${TONE[state] ?? state}${still ? ' still' : ''}`;
  const use = <use href={`#s-${state === 'off' ? 'wait' : state}`} />;
  return word ? (
    <svg class={names} role="img" aria-label={word}>
      {use}
    </svg>
  ) : (
    <svg class={names} aria-hidden="true">
      {use}
    </svg>
  );
}

export function Icon({ name }: { name: string }) {
  return (
    <svg class="i" aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

/** One mark a column, in the catalog's order; a count above 24. */
export function Marks({ columns }: { columns: readonly ColumnSight[] }) {
  if (columns.length > 24) {
    return <span class="num">{`${columns.filter((one) => one !== 'hidden').length} of ${columns.length}`}</span>;
  }
  const mark = { full: 'f', some: 'c', hidden: 'h' };
  return (
    <span class={`sq${columns.length > 9 ? ' thin' : ''}`} aria-hidden="true">
      {columns.map((sight, index) => (
        <i key={index} class={mark[sight]} />
      ))}
    </span>
  );
}

const WIDTHS = [40, 90, 75, 84, 60, 70];

/** Seen only if it takes longer than a glance. */
export function Loading() {
  const isLate = useLater(300);
  return (
    <div class={`panel skeleton${isLate ? '' : ' early'}`} role="status" aria-busy="true" aria-label="Loading">
      {WIDTHS.map((width) => (
        <i key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

function useLater(milliseconds: number): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return isLate;
}

export function Empty({ title, text, command, children }: ProblemModel & { children?: ComponentChildren }) {
  return (
    <div class="panel state">
      <h2>{title}</h2>
      <p class="soft">{text}</p>
      {command && <pre>{command}</pre>}
      <div class="acts">
        {command && <CopyButton text={command} />}
        {children}
      </div>
    </div>
  );
}

export function Failure({ error, title, retry }: { error: ApiError; title: string; retry?: () => void }) {
  return (
    <div class="panel state" role="alert">
      <h2>
        <StateIcon state="fail" label={false} /> {title}
      </h2>
      <pre>{error.message}</pre>
      <div class="acts">
        {retry && (
          <button type="button" class="btn" onClick={retry}>
            <Icon name="retry" />
            Try again
          </button>
        )}
        <CopyButton text={`${error.code}: ${error.message}`} label="Copy details" ghost />
      </div>
    </div>
  );
}

export function CopyButton({
  text,
  label = 'Copy',
  ghost,
}: {
  text: string | (() => string);
  label?: string;
  ghost?: boolean;
}) {
  const [isDone, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
    setDone(true);
    say('Copied');
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" class={`btn${ghost ? ' ghost' : ''}`} onClick={() => void copy()}>
      {isDone ? 'Copied' : label}
    </button>
  );
}

/** A clock for ages: draws again each half minute. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export const NARROW = '(max-width: 880px)';

export function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const change = (): void => setNarrow(query.matches);
    change(); // the window may have got its width since
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return isNarrow;
}

/** The list at the left of a view; on a narrow screen it is folded until it is wanted. */
export function Fold({ title, children }: { title: string; children: ComponentChildren }) {
  const isNarrow = useNarrow();
  const [isOpen, setOpen] = useState(false);
  const { view, rest } = useShared(route);
  useEffect(() => setOpen(false), [view, ...rest]);
  return (
    <details
      class="panel side fold"
      open={!isNarrow || isOpen}
      onToggle={({ currentTarget }) => isNarrow && setOpen(currentTarget.open)}
    >
      <summary>{title}</summary>
      {children}
    </details>
  );
}
