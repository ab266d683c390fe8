import {
  AddLFTagsToResourceCommand,
  GetResourceLFTagsCommand,
  type LakeFormationClient,
  type LFTagError,
  type LFTagPair,
  RemoveLFTagsFromResourceCommand,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import type { Tag } from './items';
import { type Fault, faultOf, judge, type Patience } from './patience';
import { withParts } from './resources';

/** LF-Tags on databases, tables and columns: one value of each tag. */
export class Tags {
  public constructor(
    private readonly lakeFormation: LakeFormationClient,
    private readonly patience: Patience,
  ) {}

  /** The value that is set on the very resource: what it inherits doesn't count. */
  public async value(item: Tag): Promise<string | undefined> {
    const input = { Resource: target(item), ShowAssignedLFTags: true };
    try {
      const answer = await this.patience.call(() => this.lakeFormation.send(new GetResourceLFTagsCommand(input)));
      const column = answer.LFTagsOnColumns?.find(({ Name }) => Name?.toLowerCase() === item.column);
      const pairs = item.column
        ? column?.LFTags
        : item.resource.Database
          ? answer.LFTagOnDatabase
          : answer.LFTagsOnTable;
      return pairs?.find(({ TagKey }) => TagKey?.toLowerCase() === item.tag)?.TagValues?.[0]?.toLowerCase();
    } catch (error) {
      if (judge(faultOf(error)) === 'absent') return undefined;
      throw error;
    }
  }

  public async set(item: Tag, value: string): Promise<void> {
    await this.run(item, value, (input) => this.lakeFormation.send(new AddLFTagsToResourceCommand(input)));
  }

  public async remove(item: Tag): Promise<void> {
    await this.run(item, item.value, (input) => this.lakeFormation.send(new RemoveLFTagsFromResourceCommand(input)));
  }

  private async run(
    item: Tag,
    value: string,
    send: (input: { Resource: Resource; LFTags: LFTagPair[] }) => Promise<{ Failures?: LFTagError[] }>,
  ): Promise<void> {
    const input = { Resource: target(item), LFTags: [{ TagKey: item.tag, TagValues: [value] }] };
    await this.patience.call(async () => {
      const [failure] = (await send(input)).Failures ?? [];
      if (failure) throw thrown({ code: failure.Error?.ErrorCode ?? '', message: failure.Error?.ErrorMessage ?? '' });
    });
  }
}

function target({ resource, column }: Tag): Resource {
  return column ? withParts(resource, [column]) : resource;
}

function thrown({ code, message }: Fault): Error {
  return Object.assign(new Error(message), { name: code });
}
