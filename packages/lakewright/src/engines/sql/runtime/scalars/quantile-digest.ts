import { invalidArgument, ScalarFailure } from '../support';
import { oneNan } from './java-number';

const FORMAT = 0;
const BITS = 64;
const SIGN = 1n << 63n;
const HAS_LEFT = 1;
const HAS_RIGHT = 2;
/** What weighs less counts as nothing. */
const NO_WEIGHT = 1e-5;

/** A range of values: those that agree with `bits` above the lowest `level` bits. */
interface Node {
  readonly bits: bigint;
  readonly level: number;
  count: number;
  left?: Node;
  right?: Node;
}

/**
 * The q-digest behind `qdigest_agg` (Shrivastava and others, "Medians and Beyond", 2004), as Trino's airlift library has
 * it (https://github.com/airlift/airlift/blob/master/stats/src/main/java/io/airlift/stats/QuantileDigest.java): a binary
 * tree over the 64 bits of the values, in which light branches are united with their parents. Values are 64-bit
 * integers; see {@link sortableOfDouble} and {@link sortableOfReal} for the others.
 */
export class QuantileDigest {
  private root: Node | undefined;
  private total = 0;
  private min = 2n ** 63n - 1n;
  private max = -(2n ** 63n);

  constructor(private readonly maxError: number) {}

  /** Reads what {@link serialize} writes. */
  public static parse(bytes: Uint8Array): QuantileDigest {
    const data = Buffer.from(bytes);
    if (data[0] !== FORMAT) invalidArgument('Invalid format');
    const result = new QuantileDigest(data.readDoubleLE(1));
    result.min = data.readBigInt64LE(25);
    result.max = data.readBigInt64LE(33);
    const count = data.readInt32LE(41);
    const stack: Node[] = [];
    for (let at = 45; at < 45 + 17 * count; at += 17) {
      const flags = data.readUInt8(at);
      const isBranch = (flags & (HAS_LEFT | HAS_RIGHT)) !== 0;
      const right = flags & HAS_RIGHT ? stack.pop() : undefined;
      const left = flags & HAS_LEFT ? stack.pop() : undefined;
      const weight = data.readDoubleLE(at + 1);
      result.total += weight;
      const level = (flags >> 2) + (isBranch ? 1 : 0);
      stack.push({ bits: data.readBigUInt64LE(at + 9), level, count: weight, left, right });
    }
    result.root = stack.pop();
    return result;
  }

  public add(value: bigint, weight: number): void {
    if (value > this.max) this.max = value;
    if (value < this.min) this.min = value;
    const before = this.total;
    this.insert(BigInt.asUintN(64, value) ^ SIGN, weight);
    const factor = this.compressionFactor();
    if (Math.trunc(Math.trunc(before) / factor) !== Math.trunc(Math.trunc(this.total) / factor)) this.compress();
  }

  public mergeWith(other: QuantileDigest): void {
    this.root = this.union(this.root, other.root);
    this.total += other.total;
    if (other.max > this.max) this.max = other.max;
    if (other.min < this.min) this.min = other.min;
    this.compress();
  }

  public valueAt(quantile: number): bigint {
    if (!(quantile >= 0 && quantile <= 1)) {
      throw new ScalarFailure('GENERIC_INTERNAL_ERROR', 'quantile must be between [0,1]');
    }
    let sum = 0;
    for (const node of postOrder(this.root)) {
      sum += node.count;
      if (sum > quantile * this.total) {
        const upper = upperBound(node);
        return upper < this.max ? upper : this.max;
      }
    }
    return this.max;
  }

  /** The share of the values below; undefined outside of what was seen. */
  public quantileAt(value: bigint): number | undefined {
    if (this.total === 0 || value < this.min || value > this.max) return undefined;
    let below = 0;
    for (const node of postOrder(this.root)) if (value > upperBound(node)) below += node.count;
    return below / this.total;
  }

  /** Little endian: format, error, 0 (no decay), 0, min, max, number of nodes, the nodes in post-order. */
  public serialize(): Uint8Array {
    this.compress();
    const nodes = [...postOrder(this.root)];
    const data = Buffer.alloc(45 + 17 * nodes.length);
    data.writeUInt8(FORMAT);
    data.writeDoubleLE(this.maxError, 1);
    data.writeBigInt64LE(this.min, 25);
    data.writeBigInt64LE(this.max, 33);
    data.writeInt32LE(nodes.length, 41);
    nodes.forEach(({ bits, level, count, left, right }, i) => {
      const at = 45 + 17 * i;
      data.writeUInt8((Math.max(level - 1, 0) << 2) | (left ? HAS_LEFT : 0) | (right ? HAS_RIGHT : 0), at);
      data.writeDoubleLE(count, at + 1);
      data.writeBigUInt64LE(bits, at + 9);
    });
    return data;
  }

  private compressionFactor(): number {
    return this.root ? Math.max(Math.trunc((this.root.level + 1) / this.maxError), 1) : 1;
  }

  private insert(bits: bigint, count: number): void {
    if (count < NO_WEIGHT) return;
    this.total += count;
    const place = (node: Node | undefined): Node => {
      if (!node) return { bits, level: 0, count };
      if (!sameSubtree(bits, node.bits, node.level)) return siblings(node, { bits, level: 0, count });
      if (node.level === 0) {
        node.count += count;
        return node;
      }
      if (isLeft(bits, node.level)) node.left = place(node.left);
      else node.right = place(node.right);
      return node;
    };
    this.root = place(this.root);
  }

  private union(own: Node | undefined, other: Node | undefined): Node | undefined {
    if (!other) return own;
    if (!own) return copy(other);
    if (!sameSubtree(own.bits, other.bits, Math.max(own.level, other.level))) return siblings(own, copy(other) as Node);
    if (own.level > other.level) {
      if (isLeft(other.bits, own.level)) own.left = this.union(own.left, other);
      else own.right = this.union(own.right, other);
      return own;
    }
    if (own.level < other.level) {
      const left = isLeft(own.bits, other.level);
      return {
        ...other,
        left: left ? this.union(own, other.left) : copy(other.left),
        right: left ? copy(other.right) : this.union(own, other.right),
      };
    }
    own.count += other.count;
    own.left = this.union(own.left, other.left);
    own.right = this.union(own.right, other.right);
    return own;
  }

  /** Moves the weight of light children to their parents. */
  private compress(): void {
    const bound = Math.floor(this.total / this.compressionFactor());
    const visit = (node: Node): void => {
      if (node.left) visit(node.left);
      if (node.right) visit(node.right);
      const left = node.left?.count ?? 0;
      const right = node.right?.count ?? 0;
      const isLight = node.count + left + right < bound;
      if (node.left && (isLight || left < NO_WEIGHT)) {
        node.left = removed(node.left);
        node.count += left;
      }
      if (node.right && (isLight || right < NO_WEIGHT)) {
        node.right = removed(node.right);
        node.count += right;
      }
    };
    if (this.root) visit(this.root);
    if (this.root && this.root.count < NO_WEIGHT) this.root = removed(this.root);
  }
}

function* postOrder(node: Node | undefined): Generator<Node> {
  if (!node) return;
  yield* postOrder(node.left);
  yield* postOrder(node.right);
  yield node;
}

const isLeft = (bits: bigint, level: number): boolean => (bits & (1n << BigInt(level - 1))) === 0n;

const sameSubtree = (a: bigint, b: bigint, level: number): boolean =>
  level === BITS || a >> BigInt(level) === b >> BigInt(level);

/** A parent at the level at which the two part. */
function siblings(first: Node, second: Node): Node {
  const level = (first.bits ^ second.bits).toString(2).length;
  const [left, right] = isLeft(first.bits, level) ? [first, second] : [second, first];
  return { bits: first.bits, level, count: 0, left, right };
}

const copy = (node: Node | undefined): Node | undefined =>
  node && { ...node, left: copy(node.left), right: copy(node.right) };

/** What stays of a node whose weight has gone: nothing, its only child, or itself where it holds two together. */
function removed(node: Node): Node | undefined {
  if (!node.left || !node.right) return node.left ?? node.right;
  node.count = 0;
  return node;
}

function upperBound({ bits, level }: Node): bigint {
  return BigInt.asIntN(64, (bits | ((1n << BigInt(level)) - 1n)) ^ SIGN);
}

/** A double as an integer of the same order. */
export function sortableOfDouble(value: number): bigint {
  const data = Buffer.alloc(8);
  data.writeDoubleBE(oneNan(value));
  const bits = data.readBigInt64BE();
  return bits ^ ((bits >> 63n) & (2n ** 63n - 1n));
}

export function doubleOfSortable(value: bigint): number {
  const data = Buffer.alloc(8);
  data.writeBigInt64BE(value ^ ((value >> 63n) & (2n ** 63n - 1n)));
  return data.readDoubleBE();
}

/** A real as an integer of the same order. */
export function sortableOfReal(value: number): bigint {
  const data = Buffer.alloc(4);
  data.writeFloatBE(value);
  const bits = data.readInt32BE();
  return BigInt(bits ^ ((bits >> 31) & 0x7fffffff));
}

export function realOfSortable(value: bigint): number {
  const bits = Number(BigInt.asIntN(32, value));
  const data = Buffer.alloc(4);
  data.writeInt32BE(bits ^ ((bits >> 31) & 0x7fffffff));
  return data.readFloatBE();
}
