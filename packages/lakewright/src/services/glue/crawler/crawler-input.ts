import type { ApiShape } from '../../api-shape';
import { invalidInput } from '../errors';
import { pick, requiredObject, requiredString } from '../input';
import { parseConfiguration } from './configuration';
import { excludes } from './exclusion';
import { parseS3Path } from './target';

const MEMBERS = [
  'Role',
  'DatabaseName',
  'Description',
  'Targets',
  'Classifiers',
  'TablePrefix',
  'SchemaChangePolicy',
  'RecrawlPolicy',
  'LineageConfiguration',
  'LakeFormationConfiguration',
  'Configuration',
  'CrawlerSecurityConfiguration',
];

/** A checked CreateCrawler request (or a former definition with changes), as it is stored. `Schedule` is the cron text. */
export function crawlerDefinition(input: ApiShape): ApiShape {
  const Name = requiredString(input.Name, 'name');
  requiredString(input.Role, 'role', 2048);
  const targets = requiredObject(input.Targets, 'targets');
  if (!Object.values(targets).some((list) => Array.isArray(list) && list.length > 0)) {
    throw invalidInput(`The crawler ${Name} must have at least one target.`);
  }
  for (const target of targets.S3Targets ?? []) checkS3Target(target);
  for (const target of targets.CatalogTargets ?? []) {
    requiredString(target.DatabaseName, 'targets.catalogTargets.databaseName');
    if (!(target.Tables?.length > 0)) throw invalidInput('A catalog target must name at least one table.');
  }
  if (
    targets.CatalogTargets?.length > 0 &&
    Object.entries(targets).some(([kind, list]) => kind !== 'CatalogTargets' && (list as ApiShape)?.length > 0)
  ) {
    throw invalidInput(`The crawler ${Name} mixes catalog targets with others: a crawler has one or the other.`);
  }
  if (String(input.TablePrefix ?? '').length > 128) throw invalidInput('TablePrefix has at most 128 characters.');
  parseConfiguration(input.Configuration);
  const { UpdateBehavior, DeleteBehavior } = input.SchemaChangePolicy ?? {};
  oneOf('UpdateBehavior', UpdateBehavior, ['LOG', 'UPDATE_IN_DATABASE']);
  oneOf('DeleteBehavior', DeleteBehavior, ['LOG', 'DELETE_FROM_DATABASE', 'DEPRECATE_IN_DATABASE']);
  const recrawl = input.RecrawlPolicy?.RecrawlBehavior;
  oneOf('RecrawlBehavior', recrawl, ['CRAWL_EVERYTHING', 'CRAWL_NEW_FOLDERS_ONLY', 'CRAWL_EVENT_MODE']);
  checkSchedule(input.Schedule);
  const definition = pick(input, MEMBERS);
  return {
    Classifiers: [],
    RecrawlPolicy: { RecrawlBehavior: 'CRAWL_EVERYTHING' },
    SchemaChangePolicy: { UpdateBehavior: 'UPDATE_IN_DATABASE', DeleteBehavior: 'DEPRECATE_IN_DATABASE' },
    LineageConfiguration: { CrawlerLineageSettings: 'DISABLE' },
    ...definition,
    ...(definition.DatabaseName ? { DatabaseName: String(definition.DatabaseName).toLowerCase() } : {}),
    ...(input.Schedule ? { Schedule: input.Schedule } : {}),
    Name,
  };
}

/** Also for a template's `Schedule: {ScheduleExpression}`, which the caller unwraps. */
export function checkSchedule(schedule: ApiShape): void {
  if (schedule === undefined || schedule === null || schedule === '') return;
  if (typeof schedule === 'string' && /^cron\((\S+\s+){5}\S+\)$/.test(schedule)) return;
  throw invalidInput(`The schedule "${schedule}" is not of the form cron(minutes hours day month weekday year).`);
}

function checkS3Target(target: ApiShape): void {
  parseS3Path(target.Path);
  for (const pattern of target.Exclusions ?? []) excludes(pattern);
  const size = target.SampleSize;
  if (size !== undefined && size !== null && !(Number.isInteger(size) && size >= 1 && size <= 249)) {
    throw invalidInput(`SampleSize must be a whole number from 1 to 249, got "${size}".`);
  }
}

function oneOf(member: string, value: ApiShape, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw invalidInput(`${member} is "${value}"; allowed: ${allowed.join(', ')}.`);
}
