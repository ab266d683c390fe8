/** Characters of the longest JSON value: more is no record. */
const LONGEST = 64 << 20;

/** Finds where the objects of a JSON text begin and end, without parsing them: an array of them, or one after the other. */
export class ValueSplitter {
  private held = '';
  private depth = 0;
  private inText = false;
  private escaped = false;
  private array: 'none' | 'open' | 'closed' = 'none';

  public constructor(private readonly malformed: (reason: string) => Error) {}

  /** The texts of the objects that end in this piece. */
  public push(chunk: string): string[] {
    const values: string[] = [];
    let start = this.depth > 0 ? 0 : -1;
    for (let index = 0; index < chunk.length; index++) {
      const character = chunk[index] as string;
      if (this.inText) {
        this.within(character);
      } else if (this.depth > 0 && character === '"') {
        this.inText = true;
      } else if (character === '{' || (character === '[' && this.depth > 0)) {
        if (this.depth === 0) start = index;
        this.depth++;
      } else if (this.depth > 0 && (character === '}' || character === ']')) {
        this.depth--;
        if (this.depth > 0) continue;
        values.push(this.held + chunk.slice(start, index + 1));
        this.held = '';
        start = -1;
      } else if (this.depth === 0) {
        this.between(character);
      }
    }
    if (start >= 0) this.held += chunk.slice(start);
    if (this.held.length > LONGEST) throw this.malformed('a record of more than 64 MiB');
    return values;
  }

  public end(): void {
    if (this.depth > 0 || this.array === 'open') throw this.malformed('it ends within a value');
  }

  private within(character: string): void {
    if (this.escaped) this.escaped = false;
    else if (character === '\\') this.escaped = true;
    else if (character === '"') this.inText = false;
  }

  private between(character: string): void {
    if (character === '[' && this.array === 'none') this.array = 'open';
    else if (character === ']' && this.array === 'open') this.array = 'closed';
    else if (!/[\s,\uFEFF]/.test(character)) throw this.malformed(`"${character}" where an object should begin`);
  }
}
