/** A statement of the account's catalog policy. */
export interface Statement {
  readonly Sid?: string;
  readonly [element: string]: unknown;
}

/** A policy document. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement?: Statement | readonly Statement[];
}

/**
 * Puts the statements of one owner into a policy in place of those that the owner had there before; all others stay as
 * they are. The owner's statements are those whose Sid starts with its name.
 *
 * @returns undefined when no statement is left
 */
export function merge(
  policy: PolicyDocument | undefined,
  owner: string,
  statements: readonly Statement[],
): PolicyDocument | undefined {
  const existing = [policy?.Statement ?? []].flat() as Statement[];
  const others = existing.filter(({ Sid }) => !(Sid ?? '').startsWith(owner));
  const own = statements.map((statement, index) => ({ ...statement, Sid: `${owner}${index}` }));
  const all = [...others, ...own];
  return all.length === 0 ? undefined : { Version: policy?.Version ?? '2012-10-17', Statement: all };
}
