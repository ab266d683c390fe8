import { gunzipSync, gzipSync } from 'node:zlib';
import {
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { type Item, keyOf } from './items';
import { faultOf, type Patience } from './patience';

/**
 * - `ours`: we brought it or are about to, or another stack did that has it as its own: the last one takes it away
 * - `others`: it was there before us, so it stays when we go
 * - `undecided`: what it is on isn't there yet
 * - `leaving`: ours, and no longer wanted
 * - `left`: the last run has taken it away; lists may show it for a while
 */
export type Held = 'ours' | 'others' | 'undecided' | 'leaving' | 'left';

export interface Kept {
  readonly item: Item;
  readonly held: Held;
}

/** What the function has to know from one invocation to the next. */
export interface State {
  /** The logical id that it belongs to: another one that takes over keeps it when the former is deleted. */
  readonly holder: string;
  readonly account: string;
  /** Closed to IAM_ALLOWED_PRINCIPALS, with the tables to come. */
  readonly databases: readonly string[];
  readonly records: readonly Kept[];
}

export interface Stored {
  readonly state: State;
  readonly generation: number;
}

/** Standard parameters hold 4096 characters and cost nothing. */
const CHUNK = 4000;
const ROOT = '/lakewright';
/** The end of the name of the parameter that makes a generation valid. */
const HEAD = /\/\d{8}\/head$/;

/**
 * The state of one custom resource, as parameters below `/lakewright/<owner>/<kind>/`.
 *
 * Each write makes a new generation: its other chunks first, then `head`, which only one writer can make. A generation
 * whose predecessor is gone was written by someone who had slept through a deletion, and is taken back.
 */
export class StateStore {
  private readonly path: string;
  /** All parameters that are there: also what an interrupted write has left. */
  private found: readonly string[] = [];

  public constructor(
    private readonly ssm: SSMClient,
    private readonly patience: Patience,
    owner: string,
    kind: string,
    private readonly token: string,
  ) {
    this.path = `${ROOT}/${owner}/${kind}`;
  }

  public async read(): Promise<Stored | undefined> {
    const values = await this.below(this.path);
    this.found = [...values.keys()];
    return newest(values, this.path);
  }

  /** What other resources of this account have, here or in other stacks, and hold to be theirs. */
  public async peers(): Promise<Set<string>> {
    const values = await this.below(ROOT);
    const paths = new Set([...values.keys()].filter((name) => HEAD.test(name)).map((name) => name.replace(HEAD, '')));
    paths.delete(this.path);
    const records = [...paths].flatMap((path) => newest(values, path)?.state.records ?? []);
    return new Set(records.filter(({ held }) => held === 'ours').map(({ item }) => keyOf(item)));
  }

  /** Undefined if another invocation was faster. */
  public async write(state: State, from: Stored | undefined): Promise<Stored | undefined> {
    const [first = '', ...more] = pack(state);
    const generation = (from?.generation ?? 0) + 1;
    const folder = this.folder(generation);
    const chunks = more.map((value, index) => [`${folder}/${this.token}-${index + 1}`, value] as const);
    for (const [name, value] of chunks) await this.put(name, value);
    const names = [...chunks.map(([name]) => name), `${folder}/head`];
    if (!(await this.put(`${folder}/head`, `${this.token} ${more.length + 1} ${first}`))) {
      await this.delete(names.slice(0, -1));
      return undefined;
    }
    if (from && (await this.valueOf(`${this.folder(from.generation)}/head`)) === undefined) {
      await this.delete(names);
      return undefined;
    }
    await this.delete(this.found.filter((name) => !names.includes(name)));
    this.found = names;
    return { state, generation };
  }

  /** The newest head goes last, and so proves to a late writer that its predecessor is gone. */
  public async remove(): Promise<void> {
    const names = [...this.found].sort();
    const [head] = names.filter((name) => name.endsWith('/head')).reverse();
    await this.delete(names.filter((name) => name !== head));
    if (head) await this.delete([head]);
    this.found = [];
  }

  private async below(Path: string): Promise<Map<string, string>> {
    const values = new Map<string, string>();
    let NextToken: string | undefined;
    do {
      const input = { Path, Recursive: true, MaxResults: 10, ...(NextToken ? { NextToken } : {}) };
      const page = await this.patience.call(() => this.ssm.send(new GetParametersByPathCommand(input)));
      for (const { Name = '', Value = '' } of page.Parameters ?? []) values.set(Name, Value);
      NextToken = page.NextToken;
    } while (NextToken);
    return values;
  }

  private folder(generation: number): string {
    return `${this.path}/${String(generation).padStart(8, '0')}`;
  }

  private async put(Name: string, Value: string): Promise<boolean> {
    try {
      const input = { Name, Value, Overwrite: false, Type: 'String', Tier: 'Standard' } as const;
      await this.patience.call(() => this.ssm.send(new PutParameterCommand(input)));
      return true;
    } catch (error) {
      if (faultOf(error).code !== 'ParameterAlreadyExists') throw error;
      // our own, if the answer to the first attempt was lost
      return (await this.valueOf(Name)) === Value;
    }
  }

  private async valueOf(Name: string): Promise<string | undefined> {
    try {
      return (await this.patience.call(() => this.ssm.send(new GetParameterCommand({ Name })))).Parameter?.Value;
    } catch (error) {
      if (faultOf(error).code === 'ParameterNotFound') return undefined;
      throw error;
    }
  }

  private async delete(names: readonly string[]): Promise<void> {
    for (let start = 0; start < names.length; start += 10) {
      const Names = names.slice(start, start + 10);
      await this.patience.call(() => this.ssm.send(new DeleteParametersCommand({ Names })));
    }
  }
}

function newest(values: ReadonlyMap<string, string>, path: string): Stored | undefined {
  const heads = [...values.keys()].filter((name) => HEAD.test(name) && name.replace(HEAD, '') === path).sort();
  for (const head of heads.reverse()) {
    const [token = '', count = '', first = ''] = (values.get(head) ?? '').split(' ');
    const folder = head.slice(0, -'/head'.length);
    const more = Array.from({ length: Number(count) - 1 }, (_, index) => values.get(`${folder}/${token}-${index + 1}`));
    // its chunks are there before it; that they aren't means that it is being deleted
    if (more.includes(undefined)) continue;
    return { state: unpack(first + more.join('')), generation: Number(folder.split('/').pop()) };
  }
  return undefined;
}

function pack(state: State): string[] {
  const packed = gzipSync(JSON.stringify(state)).toString('base64');
  return packed.match(new RegExp(`.{1,${CHUNK}}`, 'g')) ?? [];
}

function unpack(packed: string): State {
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as State;
}
