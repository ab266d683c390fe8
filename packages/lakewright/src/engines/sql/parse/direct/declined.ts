import type { Token } from './tokens';

/** The direct parser gives up: the grammar's parser reads the statement, or says what is wrong with it. */
export class Declined extends Error {
  /** `mistake`: where no statement of Trino could go on, as far as the direct parser knows. */
  public constructor(public readonly mistake?: Token) {
    super('left to the grammar');
  }
}
