import { type Host, LakewrightError } from '../host/host';
import type { Lake } from '../lake';
import type { GlobalOptions, SupersetFlags } from './program';

/** `lakewright superset`: runs until Ctrl-C, or until Superset ends. */
export async function supersetVerb(lake: Lake, host: Host, options: GlobalOptions & SupersetFlags): Promise<void> {
  const cancel = new AbortController();
  const interrupted = new Promise<void>((resolve) => {
    cancel.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // From the start: what is being prepared ends with this process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cancel.abort());
  const { as, bundle, workgroup, port } = options;
  const superset = await lake.superset({ as, bundle, workgroup, port, signal: cancel.signal });
  const { url, username, password, persona } = superset;
  host.notify({
    code: 'LW_SUPERSET_LISTENING',
    level: 'result',
    text: `Superset, asking as ${persona}, on ${url} (Ctrl-C ends)\n  log in as ${username} with the password ${password}`,
    data: { url, username, password, persona, workgroup: superset.workgroup },
  });
  await Promise.race([interrupted, superset.ended]);
  await superset.close();
  if (cancel.signal.aborted) return;
  throw new LakewrightError(
    'LW_SUPERSET_FAILED',
    `Superset ended by itself → its output: ${lake.workspace}/superset/web.log`,
  );
}
