import {
  CreateLakeFormationOptInCommand,
  DeleteLakeFormationOptInCommand,
  type LakeFormationClient,
  ListLakeFormationOptInsCommand,
} from '@aws-sdk/client-lakeformation';
import type { OptIn } from './items';
import { faultOf, judge, type Patience } from './patience';
import { canonical, type Given, withParts } from './resources';

/** Who is held to Lake Formation's permissions in hybrid access mode. */
export class OptIns {
  public constructor(
    private readonly lakeFormation: LakeFormationClient,
    private readonly patience: Patience,
    private readonly account: string,
  ) {}

  public async has(item: OptIn): Promise<boolean> {
    const wanted = JSON.stringify(item.resource);
    let NextToken: string | undefined;
    do {
      const input = { Principal: principal(item), ...(NextToken ? { NextToken } : {}) };
      const page = await this.patience.call(() => this.lakeFormation.send(new ListLakeFormationOptInsCommand(input)));
      for (const { Principal, Resource } of page.LakeFormationOptInsInfoList ?? []) {
        if (Principal?.DataLakePrincipalIdentifier !== item.principal || !Resource) continue;
        const { resource, parts } = canonical(Resource as unknown as Given, this.account);
        const same = parts.filter((part) => part !== undefined).sort();
        if (JSON.stringify(resource) === wanted && `${same}` === `${[...(item.columns ?? [])].sort()}`) return true;
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return false;
  }

  public async create(item: OptIn): Promise<void> {
    const input = { Principal: principal(item), Resource: withParts(item.resource, item.columns ?? []) };
    await this.unless('nothing-to-do', () => this.lakeFormation.send(new CreateLakeFormationOptInCommand(input)));
  }

  public async delete(item: OptIn): Promise<void> {
    const input = { Principal: principal(item), Resource: withParts(item.resource, item.columns ?? []) };
    await this.unless('absent', () => this.lakeFormation.send(new DeleteLakeFormationOptInCommand(input)));
  }

  private async unless(verdict: 'absent' | 'nothing-to-do', send: () => Promise<unknown>): Promise<void> {
    try {
      await this.patience.call(send);
    } catch (error) {
      if (judge(faultOf(error)) !== verdict) throw error;
    }
  }
}

function principal({ principal }: OptIn) {
  return { DataLakePrincipalIdentifier: principal };
}
