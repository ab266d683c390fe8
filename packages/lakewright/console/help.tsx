import { Dialog } from './dialog';
import { KEYS } from './keys';
import { singleKeys, useShared } from './store';

export function Help({ close }: { close: () => void }) {
  const keys = useShared(singleKeys);
  return (
    <Dialog id="help" labelledBy="help-h" close={close}>
      <h2 id="help-h">Keyboard</h2>
      <dl id="keys">
        {KEYS.map(([key, what]) => (
          <>
            <dt key={key}>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          id="single"
          checked={keys === 'on'}
          onChange={({ currentTarget }) => {
            singleKeys.value = currentTarget.checked ? 'on' : 'off';
          }}
        />
        Single-key shortcuts
      </label>
      <button type="button" class="btn" onClick={close}>
        Close
      </button>
    </Dialog>
  );
}
