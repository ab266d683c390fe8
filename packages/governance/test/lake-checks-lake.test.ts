import type { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { Federation, Grants, LakeAudit, LakeChecks, Persona, PersonaKind, RowFilter } from '../src';
import { lake } from './support';

function findings({ node }: Stack): string[] {
  const appConstruct = node.root as App;
  appConstruct.synth();
  const { violations } = new LakeChecks().validate({ appConstruct, templatePaths: [], stackTemplates: [] });
  return violations.map(({ ruleName, violatingResources: [first] }) => `${ruleName} @ ${first?.constructPath}`);
}

test('a lake that is made of these constructs has no finding; one grant too many is one', () => {
  const make = (tooMany: boolean): string[] => {
    const { stack, storage, catalog } = lake();
    const federation = Federation.identityCenter('Lake');
    const { raw, datasets } = storage;
    const analyst = new Persona(stack, 'Analyst', { federation });
    const engineering = PersonaKind.engineer({ reads: [raw.location()], writes: [datasets.location()] });
    const engineer = new Persona(stack, 'Engineer', { federation, kind: engineering });
    const customers = catalog.datasets.dataset('customers');
    Grants.on(customers).read(analyst, { excluding: ['email'], where: RowFilter.where("region <> 'EU'") });
    Grants.onDatabase(catalog.datasets).write(engineer);
    new LakeAudit(stack, 'Audit', { locations: [raw.location(), datasets.location()] });
    if (tooMany) datasets.location('customers').grants.read(analyst);
    return findings(stack);
  };
  expect(make(false)).toEqual([]);
  expect(make(true)).toEqual(['Lakewright-AnalystReadsObjects @ Lake/Analyst/Resource']);
});
