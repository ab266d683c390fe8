import { Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';

// validating templates costs seconds in each test process; nagFindings switches it on
process.env.CDK_VALIDATION ??= 'false';

/** One CloudFormation resource, its intrinsics unresolved. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly Metadata?: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string[];
}

interface TemplateJson {
  readonly Resources?: Record<string, TemplateResource>;
  readonly Parameters?: Record<string, { readonly Default?: string; readonly Type: string }>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>;
}

/** The account and region that an environment-agnostic stack is resolved with. */
export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';

/**
 * Synthesized stacks with every intrinsic resolved to text, the way CloudFormation would: the physical name of a resource
 * is its own name property where it has one, its logical id otherwise.
 */
export class ResolvedApp {
  /** @param stacks all stacks whose resources the test looks at */
  public static of(...stacks: Stack[]): ResolvedApp {
    return new ResolvedApp(new Map(stacks.map((stack) => [stack, Template.fromStack(stack).toJSON() as TemplateJson])));
  }

  private constructor(private readonly templates: Map<Stack, TemplateJson>) {}

  /** Any value that the constructs give (a name, an ARN, a URI), as text. */
  public text(value: string, stack?: Stack): string {
    const home = stack ?? this.homeOf(value);
    return String(this.resolve(home, home.resolve(value)));
  }

  /** All resources with resolved properties. */
  public resources(type?: string): { stack: Stack; id: string; type: string; properties: Record<string, unknown> }[] {
    return [...this.templates].flatMap(([stack, template]) =>
      Object.entries(template.Resources ?? {})
        .filter(([, resource]) => type === undefined || resource.Type === type)
        .map(([id, resource]) => ({
          stack,
          id,
          type: resource.Type,
          properties: this.resolve(stack, resource.Properties ?? {}) as Record<string, unknown>,
        })),
    );
  }

  public account(stack: Stack): string {
    return Token.isUnresolved(stack.account) ? ACCOUNT : stack.account;
  }

  public region(stack: Stack): string {
    return Token.isUnresolved(stack.region) ? REGION : stack.region;
  }

  public partition(stack: Stack): string {
    const region = this.region(stack);
    if (region.startsWith('cn-')) return 'aws-cn';
    return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  }

  /** Resolves intrinsics in a template value; an unknown intrinsic throws, so that no test passes by accident. */
  public resolve(stack: Stack, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(stack, item)).filter((item) => item !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const [key, ...more] = Object.keys(value);
    if (key !== undefined && more.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
      return this.intrinsic(stack, key, (value as Record<string, unknown>)[key]);
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, item]) => [name, this.resolve(stack, item)] as const)
        .filter(([, item]) => item !== NO_VALUE),
    );
  }

  private intrinsic(stack: Stack, name: string, argument: unknown): unknown {
    const list = (): unknown[] => this.resolve(stack, argument) as unknown[];
    switch (name) {
      case 'Ref':
        return this.ref(stack, argument as string);
      case 'Fn::GetAtt': {
        const [id, attribute] = Array.isArray(argument) ? argument : String(argument).split('.');
        return this.attribute(stack, String(id), String(attribute));
      }
      case 'Fn::Join': {
        const [separator, parts] = list() as [string, unknown[]];
        return parts.join(separator);
      }
      case 'Fn::Select': {
        const [index, parts] = list() as [number | string, unknown[]];
        return parts[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = list() as [string, string];
        return text.split(separator);
      }
      case 'Fn::Sub': {
        const [text, names] = Array.isArray(argument)
          ? (argument as [string, Record<string, unknown>])
          : [argument, {}];
        return String(text).replace(/\$\{([^!}][^}]*)\}/g, (_, variable: string) => {
          if (variable in (names as object))
            return String(this.resolve(stack, (names as Record<string, unknown>)[variable]));
          const [id, attribute] = variable.split(/\.(.*)/);
          return String(attribute ? this.attribute(stack, String(id), attribute) : this.ref(stack, variable));
        });
      }
      case 'Fn::ImportValue':
        return this.exported(String(this.resolve(stack, argument)));
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${REGION}${zone}`);
      default:
        throw new Error(`the test resolver doesn't know ${name}`);
    }
  }

  private ref(stack: Stack, id: string): unknown {
    const pseudo: Record<string, unknown> = {
      'AWS::AccountId': this.account(stack),
      'AWS::Region': this.region(stack),
      'AWS::Partition': this.partition(stack),
      'AWS::StackName': stack.stackName,
      'AWS::StackId': `arn:${this.partition(stack)}:cloudformation:${this.region(stack)}:${this.account(stack)}:stack/${stack.stackName}/51af3dc0-da77-11e4-872e-1234567db123`,
      'AWS::URLSuffix': this.partition(stack) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
      'AWS::NoValue': NO_VALUE,
    };
    if (id in pseudo) return pseudo[id];
    const template = this.template(stack);
    const parameter = template.Parameters?.[id];
    if (parameter) return parameter.Default ?? `parameter-${id}`;
    const resource = template.Resources?.[id];
    if (!resource) throw new Error(`"${id}" is no resource and no parameter of ${stack.node.path}`);
    const refIsArn = ['AWS::SNS::Topic', 'AWS::IAM::ManagedPolicy', 'AWS::StepFunctions::StateMachine'];
    return refIsArn.includes(resource.Type) ? this.arn(stack, id, resource) : this.name(stack, id, resource);
  }

  private attribute(stack: Stack, id: string, attribute: string): string {
    const resource = this.template(stack).Resources?.[id];
    if (!resource) throw new Error(`"${id}" is no resource of ${stack.node.path}`);
    return attribute.endsWith('Arn') ? this.arn(stack, id, resource) : `${this.name(stack, id, resource)}.${attribute}`;
  }

  private arn(stack: Stack, id: string, resource: TemplateResource): string {
    const name = this.name(stack, id, resource);
    const [partition, region, account] = [this.partition(stack), this.region(stack), this.account(stack)];
    const forms: Record<string, string> = {
      'AWS::S3::Bucket': `s3:::${name}`,
      'AWS::KMS::Key': `kms:${region}:${account}:key/${name}`,
      'AWS::IAM::Role': `iam::${account}:role/${name}`,
      'AWS::IAM::User': `iam::${account}:user/${name}`,
      'AWS::IAM::Group': `iam::${account}:group/${name}`,
      'AWS::IAM::ManagedPolicy': `iam::${account}:policy/${name}`,
      'AWS::Lambda::Function': `lambda:${region}:${account}:function:${name}`,
      'AWS::SNS::Topic': `sns:${region}:${account}:${name}`,
      'AWS::SQS::Queue': `sqs:${region}:${account}:${name}`,
      'AWS::Logs::LogGroup': `logs:${region}:${account}:log-group:${name}:*`,
      'AWS::StepFunctions::StateMachine': `states:${region}:${account}:stateMachine:${name}`,
      'AWS::Backup::BackupVault': `backup:${region}:${account}:backup-vault:${name}`,
      'AWS::SecretsManager::Secret': `secretsmanager:${region}:${account}:secret:${name}-AbCdEf`,
    };
    const service = resource.Type.split('::')[1]?.toLowerCase();
    return `arn:${partition}:${forms[resource.Type] ?? `${service}:${region}:${account}:${name}`}`;
  }

  private name(stack: Stack, id: string, resource: TemplateResource): string {
    const kind = resource.Type.split('::')[2] ?? '';
    const input = resource.Properties?.DatabaseInput as { readonly Name?: unknown } | undefined; // AWS::Glue::Database
    const own = resource.Properties?.[`${kind}Name`] ?? resource.Properties?.Name ?? input?.Name;
    return own === undefined ? id : String(this.resolve(stack, own));
  }

  private exported(name: string): unknown {
    for (const [stack, template] of this.templates) {
      for (const output of Object.values(template.Outputs ?? {})) {
        if (output.Export && this.resolve(stack, output.Export.Name) === name) return this.resolve(stack, output.Value);
      }
    }
    throw new Error(`no stack of the test exports "${name}"`);
  }

  private template(stack: Stack): TemplateJson {
    const template = this.templates.get(stack);
    if (!template) throw new Error(`${stack.node.path} wasn't given to ResolvedApp.of`);
    return template;
  }

  private homeOf(value: string): Stack {
    const [only, ...more] = [...this.templates.keys()];
    if (only && more.length === 0) return only;
    for (const stack of this.templates.keys()) {
      if (references(value).every((target) => Stack.of(target) === stack)) return stack;
    }
    throw new Error('the value belongs to several stacks: name one');
  }
}

/** The constructs that a tokenized text refers to. */
function references(value: string): IConstruct[] {
  const { tokens } = Tokenization.reverseString(value);
  return tokens.filter((token) => Reference.isReference(token)).map((token) => (token as Reference).target);
}

const NO_VALUE = Symbol('AWS::NoValue');
