/** Bytes in runs: the first version of ORC's encodings, which every reader knows. */
const LONGEST_RUN = 130;
const MOST_LITERALS = 128;

/** The run of equal values, or of values with one small step between them, that begins at a place. */
function runLength<T>(values: readonly T[], at: number, same: (left: number) => boolean): number {
  let length = 1;
  while (length < LONGEST_RUN && at + length < values.length && same(at + length)) length++;
  return length;
}

export function byteRuns(values: readonly number[]): Buffer {
  const out: number[] = [];
  for (let at = 0; at < values.length; ) {
    const length = runLength(values, at, (next) => values[next] === values[at]);
    if (length >= 3) {
      out.push(length - 3, values[at] as number);
      at += length;
      continue;
    }
    const start = at;
    while (at < values.length && at - start < MOST_LITERALS) {
      if (runLength(values, at, (next) => values[next] === values[at]) >= 3) break;
      at++;
    }
    out.push(256 - (at - start), ...values.slice(start, at));
  }
  return Buffer.from(out);
}

/** The high bit first. */
export function booleanRuns(values: readonly boolean[]): Buffer {
  const bytes: number[] = new Array(Math.ceil(values.length / 8)).fill(0);
  values.forEach((value, index) => {
    if (value) bytes[index >> 3] = (bytes[index >> 3] as number) | (128 >> (index & 7));
  });
  return byteRuns(bytes);
}

export function varint(value: bigint, signed: boolean): number[] {
  let rest = signed ? (value >= 0n ? value << 1n : (-value << 1n) - 1n) : value;
  const bytes: number[] = [];
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

export function integerRuns(values: readonly bigint[], signed: boolean): Buffer {
  const out: number[] = [];
  const step = (at: number): bigint => (values[at + 1] as bigint) - (values[at] as bigint);
  const run = (at: number): number => {
    if (at + 1 >= values.length) return 1;
    const delta = step(at);
    if (delta < -128n || delta > 127n) return 1;
    return runLength(values, at, (next) => (values[next] as bigint) - (values[next - 1] as bigint) === delta);
  };
  for (let at = 0; at < values.length; ) {
    const length = run(at);
    if (length >= 3) {
      out.push(length - 3, Number(step(at)) & 255, ...varint(values[at] as bigint, signed));
      at += length;
      continue;
    }
    const start = at;
    while (at < values.length && at - start < MOST_LITERALS && run(at) < 3) at++;
    out.push(256 - (at - start));
    for (const value of values.slice(start, at)) out.push(...varint(value, signed));
  }
  return Buffer.from(out);
}
