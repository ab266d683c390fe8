import { openLakeFormationStore } from '../../access/lake-formation';
import type { Facts } from '../../access/lake-formation/facts';
import { lakeFacts } from '../../access/lake-formation/lake-facts';
import type { LakeFormationStore } from '../../access/lake-formation/store';
import type { ApiShape } from '../api-shape';
import type { Caller, LakeContext } from '../service';
import { accessDenied, entityNotFound, insufficient, invalidInput } from './errors';

/** What the operations share. */
export class LakeFormationContext {
  public readonly store: LakeFormationStore;

  public constructor(public readonly lake: LakeContext) {
    this.store = openLakeFormationStore(lake);
  }

  public get facts(): Facts {
    return lakeFacts(this.lake.account, this.store.parts(), this.lake.catalog);
  }

  /** Epoch seconds, by the lake's clock. */
  public now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }

  /** One catalog is local: the account's own. */
  public checkCatalog(id: ApiShape): void {
    if (id === undefined || id === null || id === this.lake.account) return;
    throw invalidInput(`Lakewright: the local catalog is ${this.lake.account}, not ${id}.`);
  }

  /** The caller's ARN; undefined for who may do everything. */
  public arnOf(caller: Caller): string | undefined {
    return this.lake.access.principalOf(caller)?.arn;
  }

  public mayAdminister(caller: Caller): boolean {
    const arn = this.arnOf(caller);
    return arn === undefined || this.facts.administrators.includes(arn);
  }

  /** Administrators of both kinds. */
  public maySeeAll(caller: Caller): boolean {
    const arn = this.arnOf(caller);
    return arn === undefined || [...this.facts.administrators, ...this.facts.readOnlyAdministrators].includes(arn);
  }

  public requireAdministrator(caller: Caller, required: string): void {
    if (!this.mayAdminister(caller)) throw insufficient(required);
  }

  public requireToSee(caller: Caller): void {
    if (!this.maySeeAll(caller)) throw notAuthorized();
  }

  /** @throws ServiceError EntityNotFoundException */
  public requireTable(database: string, table: string): readonly string[] {
    this.requireDatabase(database);
    const found = this.facts.table(database, table);
    if (found === undefined) throw entityNotFound(`Table ${table} not found.`);
    return found.columns;
  }

  public requireDatabase(database: string): void {
    if (this.facts.database(database) === undefined) throw entityNotFound(`Database ${database} not found.`);
  }
}

/** What AWS says to a grantor who may not. */
export const notAuthorized = () =>
  accessDenied('Resource does not exist or requester is not authorized to access requested permissions.');
