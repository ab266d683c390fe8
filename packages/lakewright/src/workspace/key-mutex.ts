/** One change of a key at a time, in the order of the calls; different keys don't wait for each other. */
export class KeyMutex {
  private readonly tails = new Map<string, Promise<unknown>>();

  public async run<T>(key: string, change: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const own = before.then(change, change);
    this.tails.set(key, own);
    try {
      return await own;
    } finally {
      if (this.tails.get(key) === own) this.tails.delete(key);
    }
  }
}
