import { useState } from 'preact/hooks';
import type { RunAnswer } from '../../src/console/contract';
import { ApiError, post } from '../api';
import { Icon } from '../parts';
import { invalidate, say } from '../store';

/** Does what a button says; what goes wrong is said, and shown where the page has a place for it. */
export async function act<T>(text: string, doIt: () => Promise<T>): Promise<T | undefined> {
  say(text);
  try {
    const answer = await doIt();
    invalidate();
    return answer;
  } catch (error) {
    say(error instanceof ApiError ? error.message : String(error));
    return undefined;
  }
}

export function StartButton(given: { pipeline: string; name: string; label: string; from?: string; plain?: boolean }) {
  const { pipeline, name, label, from, plain } = given;
  const [isBusy, setBusy] = useState(false);
  const start = async (): Promise<void> => {
    setBusy(true);
    const answer = await act(`Starting ${name}`, () =>
      post<RunAnswer>('runs/start', { pipeline, ...(from && { from }) }),
    );
    setBusy(false);
    if (answer) say(`${name} started`);
  };
  return (
    <button
      type="button"
      class={`btn${plain ? '' : ' primary'}`}
      data-start
      disabled={isBusy}
      onClick={() => void start()}
    >
      <Icon name="play" />
      {label}
    </button>
  );
}
