import type { DataLocation, IAccessDatabase } from '@lakewright/core';
import { CatalogRights } from './private/catalog-rights';
import type { ProfiledPrincipal } from './private/profiled-principal';
import { grantQuery, PREPARE, QUERY } from './private/query-actions';
import { refuse } from './private/refuse';

/** What one who reads may browse, and what it is kept away from. */
export interface ReaderProfileOptions {
  /**
   * Databases whose tables it sees in the catalog. With Lake Formation, as far as they are granted; data is given by
   * `dataset.grants`.
   * @default none but those of the data sets that are granted
   */
  readonly databases?: IAccessDatabase[];

  /**
   * Locations whose objects it can't reach by itself, whatever else is granted to it: the raw zone, and those that Lake
   * Formation governs. Its own results must not lie there.
   * @default none is denied; none is granted either
   */
  readonly denied?: DataLocation[];
}

/** Where dbt works. */
export interface DbtProfileOptions {
  /** What it makes, replaces and drops tables in: each with a location, below which alone it writes and deletes files. */
  readonly databases: IAccessDatabase[];

  /**
   * Databases whose tables it reads, later ones too.
   * @default none; data sets are given by `dataset.grants`
   */
  readonly sources?: IAccessDatabase[];
}

/**
 * What a principal does with Athena: ready-made rights of those who ask, of dbt, and of tools.
 *
 * All have the workgroup, their own results, the metadata calls of drivers, and `lakeformation:GetDataAccess`. None has data by
 * that: `dataset.grants` gives it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
 */
export class AthenaProfile {
  /**
   * Asks, saves nothing for others, and prepares statements.
   *
   * @param options what is browsed and what is denied
   */
  public static analyst(options: ReaderProfileOptions = {}): AthenaProfile {
    return new AthenaProfile('analyst', (principal) => read(principal, [...QUERY, ...PREPARE], options));
  }

  /**
   * A BI tool, in the name of all who look at its dashboards: asks, and changes nothing, not even a prepared statement.
   *
   * @param options what is browsed and what is denied
   */
  public static biTool(options: ReaderProfileOptions = {}): AthenaProfile {
    return new AthenaProfile('BI tool', (principal) => read(principal, QUERY, options));
  }

  /**
   * dbt in production, wherever it runs: makes tables in its own databases, and deletes there and among its results alone.
   *
   * Its workgroup must let it say where tables lie, so it can't be enforced. `DbtProject` of @lakewright/etl has these rights
   * by itself.
   *
   * @param options where it works
   */
  public static dbt(options: DbtProfileOptions): AthenaProfile {
    return new AthenaProfile('dbt', (principal) => build(principal, options));
  }

  private constructor(
    /** `analyst`, `BI tool` or `dbt`. */
    public readonly name: string,
    private readonly rights: (principal: ProfiledPrincipal) => void,
  ) {}

  /** @internal */
  public _applyTo(principal: ProfiledPrincipal): void {
    this.rights(principal);
  }
}

function read(
  { scope, grantee, workgroup }: ProfiledPrincipal,
  actions: string[],
  options: ReaderProfileOptions,
): void {
  grantQuery(workgroup, grantee, actions);
  const rights = new CatalogRights(scope, grantee);
  rights.dataAccess();
  rights.browse(options.databases ?? []);
  rights.deny(options.denied ?? []);
}

function build({ scope, grantee, workgroup }: ProfiledPrincipal, { databases, sources = [] }: DbtProfileOptions): void {
  if (!workgroup._letsTablesLie) {
    refuse(
      'DbtSaysWhereTablesLie',
      `dbt in the workgroup "${workgroup.node.path}"`,
      'one that is not enforced and has its results in S3: Athena refuses CTAS with a location in an enforced one',
      'give it a workgroup with "enforced: false"',
    );
  }
  grantQuery(workgroup, grantee, QUERY);
  const rights = new CatalogRights(scope, grantee);
  rights.dataAccess();
  rights.browse([]);
  for (const database of databases) {
    const { databaseName, location } = database;
    const own =
      location ??
      refuse(
        'DatabaseWithoutLocation',
        `database "${databaseName}"`,
        'dbt writes and deletes below the location of its database',
        'give the database a location',
      );
    rights.manage(database, own);
  }
  for (const database of sources) rights.read(database);
}
