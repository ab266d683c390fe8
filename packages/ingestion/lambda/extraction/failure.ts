/** No retry can mend it: the configuration, the credentials or the API's answer is not what it should be. */
export class ExtractionRefused extends Error {
  public override readonly name = 'ExtractionRefused';

  public constructor(code: string, found: string, wanted: string, change: string) {
    super(`${code}: ${found} → ${wanted} → ${change}`);
  }
}

/** A later attempt may succeed. */
export class ExtractionFailed extends Error {
  public override readonly name = 'ExtractionFailed';

  public constructor(code: string, found: string, wanted: string, change: string) {
    super(`${code}: ${found} → ${wanted} → ${change}`);
  }
}
