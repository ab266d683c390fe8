import type { LakeCatalog } from '@lakewright/catalog';
import { AthenaPrincipal, AthenaProfile, AthenaWorkgroup } from '@lakewright/consumption';
import type { LakeEnvironment } from '@lakewright/core';
import { Federation, Grants, LakeFormation, Persona, PersonaKind, RowFilter } from '@lakewright/governance';
import type { LakeStorage } from '@lakewright/storage';
import { CfnOutput, Size } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { DATASETS, PERSONAL } from './schemas';

export interface GovernanceProps {
  readonly environment: LakeEnvironment;
  readonly storage: LakeStorage;
  readonly catalog: LakeCatalog;
  /** Who sees customers as the analyst does. */
  readonly analysts: readonly iam.IGrantable[];
  /** Gets a notice when somebody's queries cost more than agreed. */
  readonly notices: sns.ITopic;
}

/**
 * Who may do what: a steward who administers Lake Formation, engineers who make tables, and three personas who ask the
 * same questions and get different answers.
 */
export class Governance extends Construct {
  public constructor(scope: Construct, id: string, props: GovernanceProps) {
    super(scope, id);
    const { storage, catalog } = props;
    const steward = this.persona('Steward', PersonaKind.steward());
    const engineer = this.persona('Engineer', PersonaKind.engineer({ reads: [storage.raw.location()] }));
    const analyst = this.persona('Analyst', PersonaKind.analyst());
    const privacyAnalyst = this.persona('PrivacyAnalyst', PersonaKind.analyst());
    const guest = this.persona('Guest', PersonaKind.analyst()); // may ask, and is shown nothing
    for (const persona of [privacyAnalyst, guest]) this.queries(persona, props);
    saveQueries(this.queries(analyst, props), catalog);

    new LakeFormation(this, 'LakeFormation', {
      catalog,
      administrators: [steward],
      databaseCreators: [engineer],
      environment: props.environment,
    });

    for (const database of catalog.databases) Grants.onDatabase(database).createTables(engineer).read(engineer);
    for (const name of Object.keys(DATASETS).filter((one) => one !== PERSONAL)) {
      Grants.on(catalog.datasets.dataset(name)).read(analyst).read(privacyAnalyst);
    }
    const customers = Grants.on(catalog.datasets.dataset(PERSONAL)).read(privacyAnalyst);
    for (const one of [analyst, ...props.analysts]) {
      customers.read(one, {
        excluding: ['first_name', 'last_name', 'email', 'phone', 'birth_date'],
        where: RowFilter.where("region <> 'EU'"),
      });
    }
  }

  /** A workgroup for each persona: nobody else sees its queries or their results, and the files are reached by nobody. */
  private queries(persona: Persona, { environment, storage, notices }: GovernanceProps): AthenaWorkgroup {
    const name = persona.node.id;
    const workgroup = new AthenaWorkgroup(this, `${name}Queries`, { environment, scanLimit: Size.gibibytes(10) });
    workgroup.alarmOnScannedBytes('Costs', { limit: Size.tebibytes(1), notify: notices });
    new AthenaPrincipal(this, `${name}Access`, {
      principal: persona,
      workgroup,
      profile: AthenaProfile.analyst({ denied: storage.zones.map((zone) => zone.location()) }),
    });
    new CfnOutput(this, `${name}Workgroup`, { value: workgroup.workgroupName });
    return workgroup;
  }

  /** People come by IAM Identity Center: those with the permission set `Lake<name>`. */
  private persona(name: string, kind: PersonaKind): Persona {
    return new Persona(this, name, { kind, federation: Federation.identityCenter(`Lake${name}`) });
  }
}

/** What analysts ask most. */
function saveQueries(workgroup: AthenaWorkgroup, { datasets }: LakeCatalog): void {
  workgroup.addNamedQuery('LatestRoutes', {
    queryName: 'Which routes are latest?',
    database: datasets,
    sql: `SELECT route_rank, origin, destination, flights, average_delay_minutes
FROM worst_routes WHERE route_rank <= 10 ORDER BY route_rank, origin, destination`,
  });
  workgroup.addPreparedStatement('DelaysOf', {
    statementName: 'delays_of',
    description: "EXECUTE delays_of USING 'SFO'",
    sql: `SELECT month, flights, delayed_percent FROM ${datasets.databaseName}.delays_by_airport_month
WHERE airport = ? ORDER BY month`,
  });
}
