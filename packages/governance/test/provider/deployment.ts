import type { GlueClient } from '@aws-sdk/client-glue';
import type { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { CustomResourceEvent, Outcome } from '../../../core/lambda/custom-resource/respond';
import { changeWork } from '../../lambda/lake-formation/changes';
import { permissionsWork, settingsWork } from '../../lambda/lake-formation/handlers';
import type { Services } from '../../lambda/lake-formation/invocation';
import type { FakeLakeFormation } from './fake-lake-formation';
import { ACCOUNT } from './fake-resources';

type Properties = Record<string, unknown>;

/** Sends a custom resource's requests as CloudFormation does, on a clock that only moves when somebody sleeps. */
export class Deployment {
  public readonly log: string[] = [];
  public clock = 0;
  public readonly services: Services;
  private seed = 1;

  public constructor(
    public readonly fake: FakeLakeFormation,
    private readonly kind: 'permissions' | 'settings' = 'permissions',
    public owner = 'lake',
    public logicalId = 'Resource',
    clients?: Pick<Services, 'lakeFormation' | 'glue' | 'ssm'>,
  ) {
    const send = async ({ constructor: { name }, input }: { constructor: { name: string }; input: unknown }) => {
      await fake.pause('before');
      const answer = fake.call(name.replace(/Command$/, ''), input);
      await fake.pause('after');
      return answer;
    };
    this.services = {
      lakeFormation: { send } as unknown as LakeFormationClient,
      glue: { send } as unknown as GlueClient,
      ssm: { send } as unknown as SSMClient,
      ...clients,
      now: () => this.clock,
      sleep: async (milliseconds) => {
        this.clock += milliseconds;
      },
      random: () => {
        this.seed = (this.seed * 48271) % 2147483647;
        return this.seed / 2147483647;
      },
      log: (line) => this.log.push(line),
    };
  }

  public create(properties: Properties): Promise<Outcome> {
    return this.request('Create', properties);
  }

  public update(properties: Properties, old: Properties): Promise<Outcome> {
    return this.request('Update', properties, old);
  }

  public delete(properties: Properties): Promise<Outcome> {
    return this.request('Delete', properties);
  }

  /** What EventBridge sends when Glue has made a table (or, without one, a database). */
  public appeared(databaseName: string, table?: string): Promise<void> {
    const detail = table
      ? { databaseName, typeOfChange: 'CreateTable', changedTables: [table] }
      : { databaseName, typeOfChange: 'CreateDatabase' };
    return this.event({ source: 'aws.glue', account: ACCOUNT, detail });
  }

  public event(event: { source: string; account: string; detail?: object }): Promise<void> {
    return changeWork(this.services, [this.owner])(event, this.clock + 600_000);
  }

  private request(RequestType: 'Create' | 'Update' | 'Delete', given: Properties, old?: Properties): Promise<Outcome> {
    const work = this.kind === 'permissions' ? permissionsWork(this.services) : settingsWork(this.services);
    const event: CustomResourceEvent = {
      RequestType,
      RequestId: 'request',
      ResponseURL: '',
      StackId: `arn:aws:cloudformation:eu-central-1:${ACCOUNT}:stack/lake/1`,
      LogicalResourceId: this.logicalId,
      ResourceProperties: { Owner: this.owner, ...given },
      ...(old ? { OldResourceProperties: { Owner: this.owner, ...old } } : {}),
      ...(RequestType === 'Create' ? {} : { PhysicalResourceId: `${this.owner}/${this.kind}` }),
    };
    return work(JSON.parse(JSON.stringify(event)), this.clock + 600_000);
  }
}
