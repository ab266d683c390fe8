import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { AccessChange } from '../../actions/access/diff';
import { LakewrightError } from '../../host/host';
import { ServiceError } from '../../services/service';
import type { AccessComparison, CompareStart } from '../contract';

/** What access is compared with: other assemblies of the same app. */
export interface Comparable {
  /** The app's folder. */
  readonly directory: string;
  /** From the assembly of that path to this one. */
  accessDiff(app: string): Promise<readonly AccessChange[]>;
}

/** @throws ServiceError InvalidRequest: the path is none below the app's folder, or no assembly is there */
export async function compareAccess(
  { directory, accessDiff }: Comparable,
  { app }: CompareStart,
): Promise<AccessComparison> {
  const given = typeof app === 'string' ? app.trim() : '';
  const place = path.resolve(directory, given);
  if (given === '' || !isWithin(directory, place)) {
    throw refused(`"${given}" → a cdk.out below ${directory} → npx cdk synth -o cdk.out.before, and name that`);
  }
  if (!existsSync(place)) throw refused(`"${given}" → nothing is there → npx cdk synth -o ${given}`);
  try {
    const changes = await accessDiff(given);
    return { app: given, changes: changes.map(({ principal, ...change }) => ({ persona: principal, ...change })) };
  } catch (error) {
    throw error instanceof LakewrightError ? refused(error.message) : error;
  }
}

/** Also where a link leads out of it. */
function isWithin(folder: string, place: string): boolean {
  const [outer, inner] = [folder, place].map((one) => (existsSync(one) ? realpathSync(one) : one)) as [string, string];
  const way = path.relative(outer, inner);
  return way !== '' && !way.startsWith('..') && !path.isAbsolute(way);
}

const refused = (text: string): ServiceError => new ServiceError('InvalidRequest', text, 400);
