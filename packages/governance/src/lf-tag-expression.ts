import type { LfTag } from './lf-tag';
import { refuse } from './private/refuse';

/**
 * Which databases and tables a tag grant is about: those whose LF-Tags match **all** conditions; of several values of one
 * tag, any one.
 */
export class LfTagExpression {
  /**
   * What has one of these values of a tag.
   *
   * @param tag the tag
   * @param values some of the tag's values
   * @throws `UnknownTagValue`
   */
  public static of(tag: LfTag, ...values: string[]): LfTagExpression {
    return new LfTagExpression([]).and(tag, ...values);
  }

  private constructor(
    /** @internal */
    public readonly _conditions: { readonly tag: LfTag; readonly values: string[] }[],
  ) {}

  /**
   * What also has one of these values of another tag.
   *
   * @param tag another tag
   * @param values some of the tag's values
   * @throws `UnknownTagValue`, `TagTwice`
   */
  public and(tag: LfTag, ...values: string[]): LfTagExpression {
    if (values.length === 0) {
      refuse('UnknownTagValue', `no value of the tag "${tag.key}"`, 'at least one', `name some of ${list(tag)}`);
    }
    for (const value of values) tag._check(value);
    if (this._conditions.some((condition) => condition.tag.key === tag.key)) {
      refuse(
        'TagTwice',
        `the tag "${tag.key}" twice in one expression`,
        'each tag once',
        'name all its values at once',
      );
    }
    return new LfTagExpression([...this._conditions, { tag, values: [...new Set(values)].sort() }]);
  }
}

function list({ values }: LfTag): string {
  return values.map((value) => `"${value}"`).join(', ');
}
