import type { LakeResource } from '../../../src/assembly/resource';
import type { ApiShape } from '../../../src/services/api-shape';
import type { LakeConfig } from '../../../src/workspace/config';
import { SparkLake } from '../../engines/spark/spark-lake';
import { ACCOUNT, resource } from '../../server/temporary-lake';

export const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;

/** A role that may do `actions` on `resources`. */
export const role = (name: string, Action: string[], Resource: string[]): LakeResource =>
  resource('AWS::IAM::Role', name, {
    arn: roleArn(name),
    path: `Lake/${name}/Resource`,
    properties: {
      Policies: [
        {
          PolicyName: 'Own',
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] },
        },
      ],
    },
  });

/** Jobs over scripts of the bucket "lake". */
export class JobLake {
  public static async open(
    resources: readonly LakeResource[] = [],
    config: Partial<LakeConfig> = {},
  ): Promise<JobLake> {
    return new JobLake(await SparkLake.open(resources, config));
  }

  private constructor(public readonly spark: SparkLake) {}

  public get lake() {
    return this.spark.lake;
  }

  public call(operation: string, input: ApiShape, service = 'glue'): Promise<ApiShape> {
    return this.lake.call(service, operation, input) as Promise<ApiShape>;
  }

  /** A job of a script's text; without a role of the template it may do everything. */
  public async job(Name: string, script: string, options: ApiShape = {}): Promise<void> {
    const key = `scripts/${Name}.py`;
    await this.lake.objects.write('lake', key, script);
    const { Command, ...rest } = options;
    await this.call('CreateJob', {
      ...{ Name, Role: roleArn('Outsider'), GlueVersion: '5.0', ...rest },
      Command: { Name: 'glueetl', ScriptLocation: `s3://lake/${key}`, PythonVersion: '3', ...Command },
    });
  }

  public async run(JobName: string, Arguments: Record<string, string> = {}): Promise<ApiShape> {
    const { JobRunId } = await this.call('StartJobRun', { JobName, Arguments });
    return this.ended(JobName, JobRunId);
  }

  public async ended(JobName: string, RunId: string): Promise<ApiShape> {
    for (;;) {
      const { JobRun } = await this.call('GetJobRun', { JobName, RunId });
      if (!['RUNNING', 'STOPPING'].includes(JobRun.JobRunState)) return JobRun;
    }
  }

  public async text(key: string): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.lake.objects.read('lake', key)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }

  public close(): Promise<void> {
    return this.spark.close();
  }
}
