import fs from 'node:fs';
import path from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { LakewrightError } from '../host/host';
import { EMPTY_CONFIG, type LakeConfig } from './config';

export const CONFIG_FILE = 'lakewright.config.json';

/** Published with the package, so that editors complete and check the file. */
const SCHEMA_FILE = path.join(__dirname, '..', '..', 'schemas', 'config.schema.json');

/**
 * Reads `lakewright.config.json` from an app's folder; an app without one gets the empty configuration.
 *
 * Folders become absolute, relative to the file.
 *
 * @param directory the folder that holds `cdk.json`
 * @throws LakewrightError LW_CONFIG_INVALID for unknown keys, wrong types, no JSON, or a folder that isn't there
 */
export function loadConfig(directory: string): LakeConfig {
  const file = path.resolve(directory, CONFIG_FILE);
  const empty = { ...EMPTY_CONFIG, directory: path.dirname(file) };
  if (!fs.existsSync(file)) return empty;
  const given = { ...empty, ...checked(file) };
  for (const key of ['connections', 'endpoints', 'fixtures'] as const) refuseUnknownServices(file, key, given);
  const folders = (names: Readonly<Record<string, string>>, key: string) =>
    Object.fromEntries(
      Object.entries(names).map(([name, value]) => [
        name,
        isReference(value) ? value : resolveFolder(file, key, name, value),
      ]),
    );
  return { ...given, buckets: folders(given.buckets, 'buckets'), fixtures: folders(given.fixtures, 'fixtures') };
}

/** Not a folder: a URL, or what is made one by `Programs`. */
const isReference = (value: string): boolean => /^(https?:\/\/|service:|env:)/.test(value);

function refuseUnknownServices(file: string, key: 'connections' | 'endpoints' | 'fixtures', config: LakeConfig): void {
  for (const [name, value] of Object.entries(config[key])) {
    const service = /^service:(.*)$/.exec(value)?.[1];
    if (service === undefined || Object.hasOwn(config.services, service)) continue;
    const known = Object.keys(config.services).join(', ') || 'none';
    throw invalid(file, `${key}.${name} is "${value}" → "services" has ${known} → add "${service}" to "services"`);
  }
}

function checked(file: string): Partial<LakeConfig> {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
  const validate = new Ajv({ allErrors: true, verbose: true }).compile<Partial<LakeConfig>>(
    JSON.parse(fs.readFileSync(SCHEMA_FILE, 'utf8')),
  );
  if (validate(value)) {
    const { $schema: _, ...config } = value as Partial<LakeConfig> & { $schema?: string };
    return config;
  }
  throw invalid(file, (validate.errors ?? []).map(describe).join('; '));
}

function describe(error: ErrorObject): string {
  const where = error.instancePath === '' ? 'the file' : error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'additionalProperties') {
    const allowed = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
    const known = allowed.filter((name) => name !== '$schema').join(', ');
    return `unknown key "${error.params.additionalProperty}" in ${where} → known keys are ${known}`;
  }
  return `${where} ${error.message}`;
}

function resolveFolder(file: string, key: string, name: string, folder: string): string {
  const absolute = folder.startsWith('npm:')
    ? installedFolder(path.dirname(file), folder.slice('npm:'.length))
    : path.resolve(path.dirname(file), folder);
  if (fs.statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) return absolute;
  throw invalid(file, `${key}.${name} is "${folder}", and ${absolute} is not a folder`);
}

/** `npm:vega-datasets/data`: a folder of an installed package, found as Node finds packages: in the nearest `node_modules`. */
function installedFolder(directory: string, inPackage: string): string {
  for (let folder = directory; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', inPackage);
    if (fs.existsSync(candidate) || folder === path.dirname(folder)) return candidate;
  }
}

function invalid(file: string, reason: string): LakewrightError {
  return new LakewrightError('LW_CONFIG_INVALID', `${file}: ${reason}`, 2);
}
