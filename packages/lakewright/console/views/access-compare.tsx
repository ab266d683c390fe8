import { useState } from 'preact/hooks';
import type { AccessComparison, AccessDifference, CompareStart } from '../../src/console/contract';
import { ApiError, post } from '../api';
import { Dialog } from '../dialog';
import { counted } from '../format';
import { say } from '../store';

type Answer = AccessComparison | 'asked' | { readonly error: string } | undefined;

/** Who gains and loses what from another assembly of the app to the one that is served. */
export function Compare({ close }: { close: () => void }) {
  const [app, setApp] = useState('cdk.out.before');
  const [answer, setAnswer] = useState<Answer>();
  const compare = async (event: Event): Promise<void> => {
    event.preventDefault();
    setAnswer('asked');
    try {
      const found = await post<AccessComparison>('compare', { app } satisfies CompareStart);
      setAnswer(found);
      say(summaryOf(found));
    } catch (error) {
      setAnswer({ error: error instanceof ApiError ? error.message : String(error) });
    }
  };
  return (
    <Dialog id="compare" labelledBy="compare-h" close={close}>
      <h2 id="compare-h">Compare with another cdk.out</h2>
      <form onSubmit={compare}>
        <label for="compare-app">Below the app’s folder</label>
        <div class="line">
          <input
            id="compare-app"
            type="text"
            spellcheck={false}
            autocomplete="off"
            value={app}
            onInput={({ currentTarget }) => setApp(currentTarget.value)}
          />
          <button type="submit" class="btn primary" disabled={answer === 'asked'}>
            Compare
          </button>
        </div>
      </form>
      <div class="found" aria-live="polite">
        {answer === undefined ? (
          <p class="soft">
            As it was: <code>git stash && npx cdk synth -o cdk.out.before && git stash pop</code>
          </p>
        ) : answer === 'asked' ? (
          <p class="soft">Both are evaluated …</p>
        ) : 'error' in answer ? (
          <pre class="state">{answer.error}</pre>
        ) : (
          <>
            <p>{summaryOf(answer)}</p>
            <ul>
              {answer.changes.map((change) => (
                <Change key={`${change.persona} ${change.table}`} change={change} />
              ))}
            </ul>
          </>
        )}
      </div>
      <button type="button" class="btn" onClick={close}>
        Close
      </button>
    </Dialog>
  );
}

const summaryOf = ({ app, changes }: AccessComparison): string =>
  changes.length === 0
    ? `Nobody sees more or less than in ${app}`
    : `${counted(changes.length, 'change')} since ${app}`;

function Change({ change: { persona, table, gains, loses } }: { change: AccessDifference }) {
  return (
    <li>
      <b>{persona}</b> on <code>{table}</code>
      {gains.length > 0 && <small>gains {gains.join(', ')}</small>}
      {loses.length > 0 && <small>loses {loses.join(', ')}</small>}
    </li>
  );
}
