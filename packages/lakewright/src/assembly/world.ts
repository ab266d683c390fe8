import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { LakewrightError } from '../host/host';
import type { ApiShape } from '../services/api-shape';
import type { Evaluation } from './evaluation';
import type { FileAsset } from './resource';
import type { Scope } from './scope';
import { parseTemplate, type Template } from './template';
import { describe, isRecord, own, Unresolved } from './unresolved';

/** What templates of one assembly know of each other: exports, outputs, SSM parameters, nested templates. */
export class World {
  /** What is being computed right now, to see circles. */
  public readonly active = new Set<string>();
  private readonly scopes: { readonly id: string; readonly scope: Scope }[] = [];
  private exports: Map<string, { readonly scope: Scope; readonly output: string }> | undefined;
  private parameters: Map<string, () => ApiShape> | undefined;

  public constructor(
    private readonly assets: readonly FileAsset[],
    private readonly lookup: (parameter: string) => string | undefined,
  ) {}

  public add(id: string, scope: Scope): void {
    this.scopes.push({ id, scope });
  }

  public importValue(name: string, asking: Scope, evaluation: Evaluation): ApiShape {
    this.exports ??= this.collectExports();
    const { account, region } = asking.environment;
    const found = this.exports.get(exportKey(account, region, name));
    if (found === undefined) {
      throw new Unresolved(`Fn::ImportValue '${name}': no stack of the assembly exports this in ${account}/${region}`);
    }
    return found.scope.output(found.output, evaluation);
  }

  public stackOutput(request: ApiShape, evaluation: Evaluation): ApiShape {
    if (!isRecord(request) || typeof request.StackName !== 'string' || typeof request.OutputName !== 'string') {
      throw new Unresolved(`Fn::GetStackOutput wants StackName and OutputName, got ${describe(request)}`);
    }
    // The name may be an ARN: arn:…:stack/<name>/<id>.
    const name = /:stack\/([^/]+)/.exec(request.StackName)?.[1] ?? request.StackName;
    const found = this.scopes.find(
      ({ scope }) =>
        scope.stack === name && (request.Region === undefined || request.Region === scope.environment.region),
    );
    if (found === undefined) throw new Unresolved(`Fn::GetStackOutput: the assembly has no stack '${name}'`);
    return found.scope.output(request.OutputName, evaluation);
  }

  /** A parameter that a stack declares, else the lookup's; the bootstrap version is what new accounts have. */
  public ssmValue(name: string): string | undefined {
    this.parameters ??= this.collectParameters();
    const value = this.parameters.get(name)?.() ?? this.lookup(name);
    if (value !== undefined) return typeof value === 'string' ? value : String(value);
    return name.startsWith('/cdk-bootstrap/') ? '30' : undefined;
  }

  /** The nested stack's template: by the asset path in its metadata, by published asset, or by relative path. */
  public nestedTemplate(parent: Scope, logicalId: string, resource: ApiShape): { template: Template; folder: string } {
    const declared = resource.Metadata?.['aws:asset:path'];
    const url = parent.evaluation().evaluate(resource.Properties?.TemplateURL);
    const published = this.assets.find(
      (asset) => asset.key === basename(String(url)) || String(url).endsWith(`/${asset.key}`),
    );
    const candidates = [
      typeof declared === 'string' ? resolve(parent.folder, declared) : undefined,
      published?.path,
      typeof url === 'string' && !/^[a-z][a-z0-9+.-]*:/i.test(url) ? resolve(parent.folder, url) : undefined,
    ];
    const file = candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
    if (file === undefined) {
      throw new Unresolved(
        `the template of nested stack '${logicalId}' (${describe(declared ?? url)}) is not in the assembly`,
      );
    }
    try {
      return { template: parseTemplate(readFileSync(file, 'utf8'), file), folder: dirname(file) };
    } catch (error) {
      if (error instanceof LakewrightError) throw new Unresolved(`nested stack '${logicalId}': ${error.message}`);
      throw error;
    }
  }

  private collectExports(): Map<string, { readonly scope: Scope; readonly output: string }> {
    const exports = new Map<string, { readonly scope: Scope; readonly output: string }>();
    for (const { scope } of this.scopes) {
      const { account, region } = scope.environment;
      for (const [output, declared] of Object.entries<ApiShape>(scope.outputs)) {
        if (declared?.Export?.Name === undefined) continue;
        attempt(() => {
          const name = scope.evaluation().evaluate(declared.Export.Name);
          exports.set(exportKey(account, region, String(name)), { scope, output });
        });
      }
    }
    return exports;
  }

  private collectParameters(): Map<string, () => ApiShape> {
    const parameters = new Map<string, () => ApiShape>();
    // While names are collected, a name that itself asks for a parameter finds none.
    this.parameters = parameters;
    for (const { scope } of this.scopes) {
      for (const [logicalId, resource] of Object.entries<ApiShape>(scope.resources)) {
        if (resource.Type === 'AWS::SSM::Parameter') {
          attempt(() => {
            const evaluate = (): ApiShape => scope.evaluation().evaluate(own(resource.Properties ?? {}, 'Value'));
            parameters.set(scope.identity(logicalId).name, evaluate);
          });
        } else if (resource.Type === 'Custom::CrossRegionExportWriter') {
          const exported = resource.Properties?.WriterProps?.exports;
          for (const [name, value] of Object.entries<ApiShape>(isRecord(exported) ? exported : {})) {
            parameters.set(name, () => scope.evaluation().evaluate(value));
          }
        }
      }
    }
    return parameters;
  }
}

const exportKey = (account: string, region: string, name: string): string => `${account}/${region}/${name}`;

/** A name that can't be resolved names nothing that others could ask for; its own resource reports why. */
function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Unresolved)) throw error;
  }
}
