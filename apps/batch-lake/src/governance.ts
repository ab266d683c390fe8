import type { LakeCatalog } from '@lakewright/catalog';
import { AthenaWorkgroup } from '@lakewright/consumption';
import type { LakeEnvironment } from '@lakewright/core';
import { Federation, Grants, LakeFormation, Persona, PersonaKind, RowFilter } from '@lakewright/governance';
import type { LakeStorage } from '@lakewright/storage';
import { CfnOutput, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DATASETS } from './schemas';

/** The data set with personal data. */
const CUSTOMERS = 'customers';

export interface GovernanceProps {
  readonly environment: LakeEnvironment;
  readonly storage: LakeStorage;
  readonly catalog: LakeCatalog;
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
    const analyst = this.analyst('Analyst', props);
    const privacyAnalyst = this.analyst('PrivacyAnalyst', props);
    this.analyst('Guest', props); // may ask, and is shown nothing

    new LakeFormation(this, 'LakeFormation', {
      catalog,
      administrators: [steward],
      databaseCreators: [engineer],
      environment: props.environment,
    });

    for (const database of catalog.databases) Grants.onDatabase(database).createTables(engineer).read(engineer);
    for (const name of Object.keys(DATASETS).filter((one) => one !== CUSTOMERS)) {
      Grants.on(catalog.datasets.dataset(name)).read(analyst).read(privacyAnalyst);
    }
    Grants.on(catalog.datasets.dataset(CUSTOMERS))
      .read(privacyAnalyst)
      .read(analyst, {
        excluding: ['first_name', 'last_name', 'email', 'phone', 'birth_date'],
        where: RowFilter.where("region <> 'EU'"),
      });
  }

  /** A persona with a workgroup of its own: nobody else sees its queries or their results. */
  private analyst(name: string, { environment, storage }: GovernanceProps): Persona {
    const persona = this.persona(name, PersonaKind.analyst({ denied: storage.zones.map((zone) => zone.location()) }));
    const workgroup = new AthenaWorkgroup(this, `${name}Queries`, { environment, scanLimit: Size.gibibytes(10) });
    workgroup.grants.query(persona);
    new CfnOutput(this, `${name}Workgroup`, { value: workgroup.workgroupName });
    return persona;
  }

  /** People come by IAM Identity Center: those with the permission set `Lake<name>`. */
  private persona(name: string, kind: PersonaKind): Persona {
    return new Persona(this, name, { kind, federation: Federation.identityCenter(`Lake${name}`) });
  }
}
