/**
 * What people may do in Superset.
 *
 * @see https://superset.apache.org/docs/security/
 */
export class SupersetRole {
  /** Everything, users and settings included. */
  public static readonly ADMIN = new SupersetRole('Admin');

  /** All data sources and dashboards; neither users nor settings. */
  public static readonly ALPHA = new SupersetRole('Alpha');

  /** Dashboards of the data sources that another role gives. */
  public static readonly GAMMA = new SupersetRole('Gamma');

  /** Dashboards of everything that Superset itself may see in the lake: what most people need. The init task makes it. */
  public static readonly LAKE = new SupersetRole('Lake');

  /** The editor for SQL, besides another role. */
  public static readonly SQL_LAB = new SupersetRole('sql_lab');

  /**
   * A role of one's own.
   *
   * @param name as in Superset's list of roles
   */
  public static of(name: string): SupersetRole {
    return new SupersetRole(name);
  }

  private constructor(
    /** As in Superset's list of roles. */
    public readonly name: string,
  ) {}
}
