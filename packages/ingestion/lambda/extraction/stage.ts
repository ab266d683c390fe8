import type { ExtractionConfiguration, LocationConfiguration } from '../../src/private/extraction-configuration';
import { parquetFile } from '../shared/parquet';
import type { ObjectAddress, ObjectStore } from './object-store';
import { type JsonRecord, type Sift, toRow } from './sift';
import { compact } from './timestamps';
import type { Publication } from './watermark-state';

export interface Staged {
  readonly publications: readonly Publication[];
  /** Keys in the target. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/** An object below a location. */
export function below({ bucket, prefix }: LocationConfiguration, name: string): ObjectAddress {
  return { bucket, key: prefix === '' ? name : `${prefix}/${name}` };
}

/**
 * Writes what a step found where nobody looks yet. The names that it gets in the end follow from the interval alone.
 *
 * @param folder of this attempt, below the state's `staging/`
 * @param from where the step's interval begins, without the overlap
 */
export async function stage(
  store: ObjectStore,
  config: ExtractionConfiguration,
  sift: Sift,
  step: { readonly folder: string; readonly from: number | undefined; readonly to: number },
): Promise<Staged> {
  const publications: Publication[] = [];
  const files: string[] = [];
  let bytes = 0;
  const interval = `${compact(step.from)}_${compact(step.to)}`;
  const put = async (body: Uint8Array, final: ObjectAddress) => {
    const staged = below(config.state, `staging/${step.folder}/${publications.length}`);
    await store.put(staged, body);
    publications.push({ staged, final });
  };
  const name = (ending: string) => `${interval}-${String(publications.length).padStart(5, '0')}.${ending}`;

  const columns = config.columns ?? sift.inferred.columns;
  const day = new Date(step.to).toISOString().slice(0, 10);
  const folder = config.dateFolder === undefined ? '' : `${config.dateFolder}=${day}/`;
  for (const rows of chunks(sift.good.read(), config.rowsPerFile)) {
    const body = parquetFile(
      columns,
      rows.map((record) => toRow(record as JsonRecord, config, columns)),
    );
    const final = below(config.target, `${folder}${name('parquet')}`);
    await put(body, final);
    files.push(final.key);
    bytes += body.length;
  }
  for (const rows of chunks(sift.bad.read(), config.rowsPerFile)) {
    const body = new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await put(body, below(config.state, `quarantine/${name('ndjson')}`));
  }
  return { publications, files, bytes };
}

function* chunks<T>(values: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const value of values) {
    chunk.push(value);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
