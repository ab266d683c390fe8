/**
 * The form of every error message of the Lakewright packages: `Code: what you wrote → what is allowed → what to change`.
 *
 * A jsii package can't export a subclass of `Error`, so the stable code stands at the start of the message.
 */
export class LakeError {
  /**
   * The message of an error.
   *
   * @param code stable PascalCase code, listed in the README of the package that throws it
   * @param wrote what was given, the value in quotes
   * @param allowed the rule
   * @param change what to do about it
   */
  public static message(code: string, wrote: string, allowed: string, change: string): string {
    return `${code}: ${wrote} → ${allowed} → ${change}`;
  }

  private constructor() {}
}
