import { refuse } from './private/refuse';

/**
 * Which rows of a table are replicated, by the value of one column; the database itself filters.
 *
 * Conditions on the same column are alternatives, filters on several columns of a table have to hold all.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.Filters.html
 */
export class RowCondition {
  /**
   * The column has this value.
   *
   * @param value a number, a date `2024-01-31`, or text, as the database writes it
   */
  public static equalTo(value: string): RowCondition {
    return new RowCondition('eq', { value });
  }

  /**
   * The column has another value.
   *
   * @param value a number, a date or text
   */
  public static notEqualTo(value: string): RowCondition {
    return new RowCondition('noteq', { value });
  }

  /**
   * The column is this or more.
   *
   * @param value a number, a date or text
   */
  public static atLeast(value: string): RowCondition {
    return new RowCondition('gte', { value });
  }

  /**
   * The column is this or less.
   *
   * @param value a number, a date or text
   */
  public static atMost(value: string): RowCondition {
    return new RowCondition('ste', { value });
  }

  /**
   * The column is within a range, both ends included.
   *
   * @param low the least value
   * @param high the greatest value
   * @throws `FilterMatchesNothing` when both are numbers or dates, and `low` is greater
   */
  public static between(low: string, high: string): RowCondition {
    return new RowCondition('between', range(low, high));
  }

  /**
   * The column is outside of a range.
   *
   * @param low the least value that is left out
   * @param high the greatest value that is left out
   * @throws `FilterMatchesNothing` when both are numbers or dates, and `low` is greater
   */
  public static notBetween(low: string, high: string): RowCondition {
    return new RowCondition('notbetween', range(low, high));
  }

  /** The column has no value. */
  public static absent(): RowCondition {
    return new RowCondition('null', {});
  }

  /** The column has any value. */
  public static present(): RowCondition {
    return new RowCondition('notnull', {});
  }

  /** @internal */
  public get _rendered(): Record<string, string> {
    return { 'filter-operator': this.operator, ...this.values };
  }

  private constructor(
    private readonly operator: string,
    private readonly values: Record<string, string>,
  ) {}
}

function range(low: string, high: string): Record<string, string> {
  const numbers = [low, high].map(Number);
  const dates = /^\d{4}-\d{2}-\d{2}/;
  const [first = 0, last = 0] = numbers;
  const reversed = numbers.some(Number.isNaN) ? dates.test(low) && dates.test(high) && low > high : first > last;
  if (reversed) {
    refuse('FilterMatchesNothing', `the range "${low}" to "${high}"`, 'the lower end first', 'turn it round');
  }
  return { 'start-value': low, 'end-value': high };
}
