import type { ApiShape } from '../../api-shape';
import type { LakeContext, Operation } from '../../service';
import { page, requiredText } from '../input';

const FILE = 'athena/tags';

/** Tags of workgroups and data catalogs, by ARN. */
export class Tags {
  public constructor(private readonly lake: LakeContext) {}

  public arn(kind: 'workgroup' | 'datacatalog', name: string): string {
    const { partition, region, account } = this.lake;
    return `arn:${partition}:athena:${region}:${account}:${kind}/${name}`;
  }

  public put(arn: string, tags: ApiShape): void {
    if (!Array.isArray(tags) || !tags.length) return;
    const own = { ...this.get(arn), ...Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value ?? ''])) };
    this.lake.workspace.writeState(FILE, { ...this.all(), [arn]: own });
  }

  public remove(arn: string, keys: readonly string[]): void {
    const own = Object.fromEntries(Object.entries(this.get(arn)).filter(([key]) => !keys.includes(key)));
    this.lake.workspace.writeState(FILE, { ...this.all(), [arn]: own });
  }

  public get(arn: string): Record<string, string> {
    return this.all()[arn] ?? {};
  }

  private all(): Record<string, Record<string, string>> {
    return this.lake.workspace.readState<Record<string, Record<string, string>>>(FILE) ?? {};
  }
}

export function tagOperations(tags: Tags): Record<string, Operation> {
  return {
    TagResource: async (input) => {
      tags.put(requiredText(input, 'ResourceARN'), input.Tags);
      return {};
    },
    UntagResource: async (input) => {
      tags.remove(requiredText(input, 'ResourceARN'), input.TagKeys ?? []);
      return {};
    },
    ListTagsForResource: async (input) => {
      const all = Object.entries(tags.get(requiredText(input, 'ResourceARN'))).map(([Key, Value]) => ({ Key, Value }));
      const { items, NextToken } = page(all, input, 75);
      return { Tags: items, NextToken };
    },
  };
}
