import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { InOut, LakeModel, LogLine, RunModel, TaskDetail, TaskModel } from '../../src/console/contract';
import { part, post } from '../api';
import { number, seconds } from '../format';
import { CopyButton, Failure, Icon, StateIcon, WORD } from '../parts';
import { href } from '../router';
import { useResource } from '../store';
import { act, StartButton } from './actions';
import { useLook } from './runs';

/** A task of a run: what went wrong, what it read and wrote, its log. */
export function TaskPanel({ run, task }: { run: RunModel; task: TaskModel; lake: LakeModel | undefined }) {
  const path = `runs/${part(run.pipeline)}/${run.number}/${part(task.id)}`;
  const detail = useResource<TaskDetail>(path);
  useLook(detail, task.state === 'run');
  const { data, error } = detail;
  // A state that changed is seen by its log, too.
  useEffect(detail.reload, [task.state]);
  return (
    <section class="panel task" aria-label={`Task ${task.label}`}>
      <header>
        <StateIcon state={task.state} />
        <h2>{task.label}</h2>
        <span class="soft">
          {[statusOf(task), data && data.attempts > 1 ? `attempt ${data.attempts}` : '', data?.type ?? '']
            .filter(Boolean)
            .join(' · ')}
          {data?.role && (
            <>
              {' · as '}
              <code>{data.role}</code>
            </>
          )}
        </span>
        <span class="right">
          <Actions run={run} task={task} />
          {data && data.log.length > 0 && <CopyButton text={() => textOf(data.log)} label="Copy log" ghost />}
        </span>
      </header>
      {error && !data ? (
        <Failure title="The task could not be read" error={error} retry={detail.reload} />
      ) : (
        <div class="detail">
          <div>
            {data?.error && (
              <div class="err">
                <b>{data.error.name}</b>
                <p>{data.error.cause}</p>
                {data.construct && <code>{data.construct}</code>}
              </div>
            )}
            <h3>Read</h3>
            <Tables all={data?.reads ?? []} none="nothing that is known" />
            <h3>Wrote</h3>
            <Tables
              all={task.state === 'ok' || task.state === 'run' ? (data?.writes ?? []) : []}
              none={task.state === 'ok' ? 'nothing that is known' : task.state === 'fail' ? 'nothing' : 'nothing yet'}
            />
          </div>
          <div>
            <Log lines={data?.log} name={task.label} state={task.state} />
          </div>
        </div>
      )}
    </section>
  );
}

function statusOf({ state, seconds: took }: TaskModel): string {
  if (took === null) return WORD[state];
  return `${WORD[state]} ${state === 'run' ? 'for' : 'after'} ${seconds(took)}`;
}

const textOf = (lines: readonly LogLine[]): string =>
  lines.map(({ time, level, text }) => `${time} ${level} ${text}`).join('\n');

/** Only what applies: a run that goes on is stopped as a whole, a failed one goes on with what failed. */
function Actions({ run, task }: { run: RunModel; task: TaskModel }) {
  if (run.state === 'run') return null;
  if (task.state === 'fail' && run.canRedrive) {
    const choice = { pipeline: run.pipeline, number: run.number };
    return (
      <button
        type="button"
        class="btn primary"
        data-retry
        onClick={() => {
          // The button goes with the failure; the task stays selected and keeps the focus.
          document.querySelector<HTMLElement>(`.node[data-id="${CSS.escape(task.id)}"]`)?.focus();
          void act(`Retrying ${task.label}`, () => post('runs/redrive', choice));
        }}
      >
        <Icon name="retry" />
        Retry task
      </button>
    );
  }
  return <StartButton pipeline={run.pipeline} name={task.label} label="Run from here" from={task.id} plain />;
}

function Tables({ all, none }: { all: readonly InOut[]; none: string }) {
  return (
    <ul class="io">
      {all.map(({ name, isTable, rows }) => (
        <li key={name}>
          {isTable ? <a href={href('tables', name)}>{name}</a> : <code>{name}</code>}
          <span class="num">{rows === null ? '' : number(rows)}</span>
        </li>
      ))}
      {all.length === 0 && <li class="mute">{none}</li>}
    </ul>
  );
}

/** Follows its end, unless it was scrolled up. */
function Log({
  lines,
  name,
  state,
}: {
  lines: readonly LogLine[] | undefined;
  name: string;
  state: TaskModel['state'];
}) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [lines]);
  const onScroll = (): void => {
    const element = box.current;
    if (element) isAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - 8;
  };
  return (
    <div
      class="log"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={`Log of ${name}`}
      onScroll={onScroll}
    >
      {(lines ?? []).map(({ time, level, text }, index) => (
        <div key={index} class={level}>
          <span>{time}</span>
          <b>{level}</b>
          <span>{text}</span>
        </div>
      ))}
      {lines?.length === 0 && (
        <p class="state mute">
          {state === 'wait' || state === 'skip' ? 'No log: the task has not started.' : 'This task has no log here.'}
        </p>
      )}
    </div>
  );
}
