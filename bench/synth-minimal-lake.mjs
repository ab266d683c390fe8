import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate, median } from './measure.mjs';

/** Three zones and their catalog, against three plain buckets: whole processes, compiled packages. */
export async function synthMinimalLake() {
  const out = mkdtempSync(join(tmpdir(), 'lakewright-synth-'));
  try {
    const synth = (app) => execFileSync(process.execPath, [join('bench/synth', `${app}.cjs`), join(out, app)]);
    const [lake, buckets] = await alternate([() => synth('lake'), () => synth('buckets')], { rounds: 9 });
    const resources = Object.values(JSON.parse(readFileSync(join(out, 'lake/Bench.template.json'), 'utf8')).Resources);
    const keys = resources.filter(({ Type }) => Type === 'AWS::KMS::Key').length;
    if (keys > 2) throw new Error(`the minimal lake has ${keys} KMS keys, allowed are 2`);
    return {
      ratio: median(lake) / median(buckets),
      detail: { seconds: median(lake), peerSeconds: median(buckets), resources: resources.length, kmsKeys: keys },
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
