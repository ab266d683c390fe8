import { join } from 'node:path';

/** What assets/yaml exports: the parser, bundled, since a jsii package's dependencies are jsii packages. */
interface YamlAsset {
  parseYaml(text: string): { value?: unknown; problem?: string };
}

let asset: YamlAsset | undefined;

/** A YAML text as data, or what is wrong with it and where. */
export function parseYaml(text: string): { value?: unknown; problem?: string } {
  asset ??= require(join(__dirname, '..', '..', 'assets', 'yaml')) as YamlAsset;
  return asset.parseYaml(text);
}
