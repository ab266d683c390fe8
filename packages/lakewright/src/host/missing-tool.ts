import { LakewrightError } from './host';

/** What a task needs that this machine doesn't have. */
export interface ToolNeed {
  readonly tool: 'python' | 'java' | 'network';
  /** Lowest and highest minor version of Python 3 that do. */
  readonly python?: readonly [number, number];
  /** The environment (`lakewright setup <name>`) that couldn't be made without it. */
  readonly environment?: string;
}

/**
 * Something can't be done here since a tool of this machine is missing: it has neither been done nor failed. Whoever runs
 * tasks leaves such a one out, goes on with the rest, and says how to get the tool.
 */
export class MissingTool extends LakewrightError {
  constructor(
    code: string,
    message: string,
    public readonly need: ToolNeed,
  ) {
    super(code, message, 1, need);
  }

  /** What was found, and what is needed: without what to do, which is said once for all tasks. */
  public get reason(): string {
    const [line = ''] = this.message.split('\n');
    return line.split(' → ').slice(0, 2).join(' → ');
  }
}
