import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMapping, type Mapping } from './private/bundle/read';
import { refuse } from './private/refuse';

/**
 * Sheets and visuals, as QuickSight's API describes them: for a dashboard, or for an analysis.
 *
 * @see https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersionDefinition.html
 */
export class QuickSightDefinition {
  /**
   * A file with the definition, or with the whole answer of `aws quicksight describe-dashboard-definition` or
   * `describe-analysis-definition`. The ARNs of data sets in it are replaced by those of the construct.
   *
   * @param path of a JSON file
   * @throws `NoDefinition`
   */
  public static fromFile(path: string): QuickSightDefinition {
    const parsed = existsSync(path) ? parse(readFileSync(resolve(path), 'utf8')) : undefined;
    const definition = isMapping(parsed) && isMapping(parsed.Definition) ? parsed.Definition : parsed;
    if (!isMapping(definition) || !Array.isArray(definition.DataSetIdentifierDeclarations)) {
      refuse(
        'NoDefinition',
        `file "${path}"`,
        'a JSON file with DataSetIdentifierDeclarations and Sheets',
        'write there what "aws quicksight describe-dashboard-definition" answers',
      );
    }
    return new QuickSightDefinition(path, definition);
  }

  private constructor(
    /** The file. */
    public readonly path: string,
    private readonly definition: Mapping,
  ) {}

  /** @internal The definition, not to be changed. */
  public get _json(): Mapping {
    return this.definition;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
