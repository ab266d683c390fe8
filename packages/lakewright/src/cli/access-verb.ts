import { renderAccess, renderDiff } from '../actions/access/render';
import type { Host } from '../host/host';
import type { Lake } from '../lake';
import type { AccessFlags } from './program';

/** `lakewright access`: the matrix, or what changes from another assembly to this one. */
export async function accessVerb(lake: Lake, host: Host, table: string | undefined, flags: AccessFlags): Promise<void> {
  const question = { as: flags.as, table };
  if (flags.diff === undefined) {
    const matrix = await lake.access(question);
    host.notify({ code: 'LW_ACCESS', level: 'result', text: renderAccess(matrix), data: matrix });
    return;
  }
  const changes = await lake.accessDiff(flags.diff, question);
  host.notify({ code: 'LW_ACCESS_DIFF', level: 'result', text: renderDiff(changes), data: changes });
}
