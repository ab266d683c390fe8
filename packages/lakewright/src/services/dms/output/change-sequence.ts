/** What the sequence of changes goes on from. */
export interface SequenceState {
  /** `YYYYMMDDHHmmSShh` of the latest change. */
  readonly time: string;
  readonly counter: number;
}

export const FIRST_SEQUENCE: SequenceState = { time: '0000000000000000', counter: 0 };

/**
 * `$AR_H_CHANGE_SEQ`: 16 digits of the commit's time and 19 of a counter. It only grows, as the time part doesn't go back
 * when clocks do, and the counter never.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Expressions.html
 */
export class ChangeSequence {
  private time: string;
  private counter: number;

  public constructor(state: SequenceState) {
    this.time = state.time;
    this.counter = state.counter;
  }

  public get state(): SequenceState {
    return { time: this.time, counter: this.counter };
  }

  /** A transaction begins. @param commit when it was committed */
  public begin(commit: Date): void {
    const time = commit
      .toISOString()
      .replaceAll(/[-:T.Z]/g, '')
      .slice(0, 16);
    if (time > this.time) this.time = time;
  }

  public next(): string {
    this.counter++;
    return `${this.time}${String(this.counter).padStart(19, '0')}`;
  }
}
