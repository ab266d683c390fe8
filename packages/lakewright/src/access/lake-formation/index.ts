import type { LakeContext } from '../../services/service';
import type { LakePermissions } from '../contract';
import { decideCreateDatabase, decideDatabase } from './decide-database';
import { decideTable } from './decide-table';
import type { Facts } from './facts';
import { lakeFacts, newAccount } from './lake-facts';
import { decidePlacement, registeredLocation } from './locations';
import { isAdministrator } from './principals';
import { LakeFormationStore } from './store';

type Lake = Pick<LakeContext, 'account' | 'catalog' | 'workspace'>;

export function openLakeFormationStore({ workspace, catalog }: Lake): LakeFormationStore {
  return new LakeFormationStore(workspace, () => newAccount(catalog));
}

/** What Lake Formation's state in a workspace comes to; it is read afresh when it has changed. */
export function openLakePermissions(lake: Lake): LakePermissions {
  const store = openLakeFormationStore(lake);
  let known: { readonly stamp: LakeFormationStore['stamp']; readonly facts: Facts } | undefined;
  const facts = (): Facts => {
    const { stamp } = store;
    // Without a file the catalog decides, which may have changed.
    const fresh = known !== undefined && stamp[0] !== undefined && stamp.every((value, i) => value === known?.stamp[i]);
    if (!fresh || known === undefined) known = { stamp, facts: lakeFacts(lake.account, store.parts(), lake.catalog) };
    return known.facts;
  };
  return {
    table: (principal, { database, table }) =>
      decideTable(facts(), principal, { database: database.toLowerCase(), table: table.toLowerCase() }),
    database: (principal, database) => decideDatabase(facts(), principal, database.toLowerCase()),
    mayCreateDatabase: (principal) => decideCreateDatabase(facts(), principal),
    mayPlaceDataAt: (principal, uri, database) => decidePlacement(facts(), principal, uri, database?.toLowerCase()),
    isRegistered: (uri, table) => {
      const location = registeredLocation(facts(), uri);
      return location !== undefined && (table?.governed !== false || !location.HybridAccessEnabled);
    },
    isAdministrator: (principal) => isAdministrator(facts(), principal),
  };
}
