import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { BoundCode } from './private/bound-code';
import { refuse } from './private/refuse';
import { readRequirements } from './private/requirements';

/** How Python code is called, and what it needs. */
export interface PythonCodeOptions {
  /**
   * The module with the function, without `.py`; `jobs.flights` for `jobs/flights.py`.
   * @default transform, or the file's name
   */
  readonly entryModule?: string;

  /**
   * The function that is called.
   * @default transform
   */
  readonly functionName?: string;

  /**
   * A requirements file, each line pinned: `pandas==2.2.3`. AWS Glue installs them when a run starts, from PyPI, so that a job in a
   * VPC needs a way there; vendored packages need none.
   * @default `requirements.txt` of the folder, if there is one; otherwise nothing is installed
   * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
   */
  readonly requirements?: string;

  /**
   * Names and patterns that are left out of the folder.
   * @default tests' caches, virtual environments and what version control keeps
   */
  readonly exclude?: string[];
}

/**
 * A user's Python code: a folder or a file, zipped by the CDK, without Docker, network or bundler. Tests and the local runtime
 * use the same files.
 *
 * A folder may hold packages that are pure Python, as folders (`pip install --target`) or as wheels (`*-none-any.whl`). Anything
 * that is compiled is a requirement.
 */
export class PythonCode {
  /**
   * A folder: what is in it can be imported.
   *
   * @param directory relative to the working folder, or absolute
   * @param options module, function, requirements
   * @throws `NoPythonCode`, `NoPythonModule`, `UnpinnedRequirement`, `CompiledWheel`
   */
  public static fromDirectory(directory: string, options: PythonCodeOptions = {}): PythonCode {
    const path = resolve(directory);
    if (!existsSync(path) || !statSync(path).isDirectory()) {
      refuse('NoPythonCode', `directory "${directory}"`, 'a folder that is there', 'mend the path');
    }
    const own = join(path, 'requirements.txt');
    const requirements = options.requirements ?? (existsSync(own) ? own : undefined);
    return new PythonCode(path, { ...options, requirements });
  }

  /**
   * One file.
   *
   * @param file relative to the working folder, or absolute: `jobs/flights.py`
   * @param options function, requirements
   * @throws `NoPythonCode`, `UnpinnedRequirement`
   */
  public static fromFile(file: string, options: PythonCodeOptions = {}): PythonCode {
    const path = resolve(file);
    const name = /^([A-Za-z_]\w*)\.py$/.exec(basename(path))?.[1];
    if (!name || !existsSync(path)) {
      refuse(
        'NoPythonCode',
        `file "${file}"`,
        'a file that is there, whose name is a module\'s: "flights.py"',
        'mend it',
      );
    }
    // Of a single file the asset would be named after its hash, and couldn't be imported.
    const folder = mkdtempSync(join(tmpdir(), 'lakewright-python-'));
    copyFileSync(path, join(folder, basename(path)));
    return new PythonCode(folder, { ...options, entryModule: name });
  }

  /**
   * A zip file of S3 that something else puts there.
   *
   * @param bucket where it is
   * @param key its key, ending in `.zip`
   * @param options module, function, requirements
   * @throws `NoPythonCode`, `UnpinnedRequirement`
   */
  public static fromBucket(bucket: s3.IBucket, key: string, options: PythonCodeOptions = {}): PythonCode {
    if (!key.endsWith('.zip')) refuse('NoPythonCode', `key "${key}"`, 'a zip file: "jobs/flights.zip"', 'zip the code');
    return new PythonCode(undefined, options, { bucket, key });
  }

  /** The module with the function. */
  public readonly entryModule: string;

  /** The function that is called. */
  public readonly functionName: string;

  /** What AWS Glue installs: `pandas==2.2.3`. */
  public readonly requirements: string[];

  private readonly wheels: string[];

  private constructor(
    private readonly directory: string | undefined,
    private readonly options: PythonCodeOptions,
    private readonly stored?: { readonly bucket: s3.IBucket; readonly key: string },
  ) {
    this.entryModule = options.entryModule ?? 'transform';
    this.functionName = options.functionName ?? 'transform';
    this.requirements = options.requirements === undefined ? [] : readRequirements(options.requirements);
    this.wheels = directory === undefined ? [] : readdirSync(directory).filter((name) => name.endsWith('.whl'));
    const compiled = this.wheels.find((name) => !name.endsWith('-none-any.whl'));
    if (compiled !== undefined) {
      refuse(
        'CompiledWheel',
        `wheel "${compiled}"`,
        'wheels that are pure Python: "…-none-any.whl"',
        'name it in requirements, pinned, so that AWS Glue installs the one of its platform',
      );
    }
    if (directory !== undefined) this.checkModule(directory);
  }

  /**
   * The code as assets of a construct.
   *
   * @internal
   */
  public _bind(scope: Construct): BoundCode {
    const own = new Construct(scope, 'Code');
    const files = this.stored ? [this.stored] : [];
    if (this.directory !== undefined) {
      const exclude = [...EXCLUDED, ...(this.options.exclude ?? []), '*.whl', 'requirements.txt'];
      files.push(location(new s3assets.Asset(own, 'Folder', { path: this.directory, exclude })));
      for (const wheel of this.wheels) files.push(location(this.asZip(own, this.directory, wheel)));
    }
    return { files, module: this.entryModule, function: this.functionName, requirements: this.requirements };
  }

  /** A wheel of pure Python is a zip that Python imports from; Spark knows it by its name's end only. */
  private asZip(scope: Construct, directory: string, wheel: string): s3assets.Asset {
    const path = join(mkdtempSync(join(tmpdir(), 'lakewright-wheel-')), `${wheel.slice(0, -'.whl'.length)}.zip`);
    copyFileSync(join(directory, wheel), path);
    return new s3assets.Asset(scope, wheel.split('-')[0] ?? wheel, { path });
  }

  private checkModule(directory: string): void {
    const path = join(directory, ...this.entryModule.split('.'));
    const file = [`${path}.py`, join(path, '__init__.py')].find((each) => existsSync(each));
    const given = `module "${this.entryModule}" of "${directory}"`;
    if (!file) refuse('NoPythonModule', given, 'a file of that name', 'name the module as entryModule');
    const defined = new RegExp(
      `^(async )?def ${this.functionName}\\b|^(from .* )?import .*\\b${this.functionName}\\b|^${this.functionName}\\s*=`,
      'm',
    );
    if (!defined.test(readFileSync(file, 'utf8'))) {
      refuse(
        'NoPythonModule',
        `function "${this.functionName}" of ${given}`,
        'a function that the module defines',
        'define it, or name another one as functionName',
      );
    }
  }
}

const EXCLUDED = [
  '.git',
  '.venv',
  'venv',
  '__pycache__',
  '*.pyc',
  '.pytest_cache',
  '.DS_Store',
  '.mypy_cache',
  '.ruff_cache',
];

function location(asset: s3assets.Asset): { bucket: s3.IBucket; key: string } {
  return { bucket: asset.bucket, key: asset.s3ObjectKey };
}
