import type { ListedObject, TargetStore } from './object-store';

/** Goes through the target's listing beside the source's: both are in the order of the keys' bytes. */
export class TargetCursor {
  private ahead: ListedObject[] = [];
  private ended = false;

  public constructor(
    private readonly target: Pick<TargetStore, 'list'>,
    private readonly prefix: string,
    private after?: string,
  ) {}

  /** What the target has up to a relative key, by relative key; each object is given once. */
  public async upTo(key: string): Promise<Map<string, ListedObject>> {
    const found = new Map<string, ListedObject>();
    for (;;) {
      const end = this.ahead.findIndex((object) => isAfter(this.relative(object), key));
      for (const object of this.ahead.splice(0, end < 0 ? this.ahead.length : end)) {
        found.set(this.relative(object), object);
      }
      if (end >= 0 || this.ended) return found;
      await this.fetch();
    }
  }

  private async fetch(): Promise<void> {
    const after = this.after === undefined ? undefined : this.prefix + this.after;
    const page = await this.target.list(this.prefix, after);
    this.ahead = page.objects;
    const last = page.objects.at(-1);
    if (last) this.after = this.relative(last);
    this.ended = !page.more;
  }

  private relative(object: ListedObject): string {
    return object.key.slice(this.prefix.length);
  }
}

/** S3's order is that of UTF-8 bytes, which isn't JavaScript's for characters beyond U+FFFF. */
function isAfter(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0;
}
