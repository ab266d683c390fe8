import type { LakeContext } from '../../service';
import { seconds } from '../input';

/** In the API's shape. */
export interface PreparedStatement {
  readonly StatementName: string;
  readonly QueryStatement: string;
  readonly WorkGroupName: string;
  readonly Description?: string;
  readonly LastModifiedTime: number;
}

const FILE = 'athena/prepared-statements';

/** Prepared statements belong to their workgroup; names go without regard to case. */
export class PreparedStatements {
  public constructor(private readonly lake: LakeContext) {}

  public list(workGroup: string): PreparedStatement[] {
    return Object.values(this.all())
      .filter((statement) => statement.WorkGroupName === workGroup)
      .sort((a, b) => (a.StatementName < b.StatementName ? -1 : 1));
  }

  public find(workGroup: string, name: string): PreparedStatement | undefined {
    return this.all()[keyOf(workGroup, name)];
  }

  public put(
    workGroup: string,
    statement: { readonly StatementName: string; readonly QueryStatement: string; readonly Description?: string },
  ): void {
    const stored = { ...statement, WorkGroupName: workGroup, LastModifiedTime: seconds(this.lake.clock.now()) };
    this.lake.workspace.writeState(FILE, { ...this.all(), [keyOf(workGroup, statement.StatementName)]: stored });
  }

  /** True if there was one. */
  public delete(workGroup: string, name: string): boolean {
    const { [keyOf(workGroup, name)]: removed, ...rest } = this.all();
    if (removed) this.lake.workspace.writeState(FILE, rest);
    return removed !== undefined;
  }

  private all(): Record<string, PreparedStatement> {
    return this.lake.workspace.readState<Record<string, PreparedStatement>>(FILE) ?? {};
  }
}

const keyOf = (workGroup: string, name: string): string => `${workGroup}/${name.toLowerCase()}`;
