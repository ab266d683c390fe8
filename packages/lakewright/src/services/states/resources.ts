import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { LakeResource } from '../../assembly/resource';
import { LakewrightError } from '../../host/host';
import type { ApiShape } from '../api-shape';
import { type ResourceHandler, ServiceError } from '../service';
import { putMachine, type Room } from './operations';

/** State machines of the template; activities, versions and aliases are only names. */
export function resources(room: Room): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::StepFunctions::StateMachine': {
      classification: 'executed',
      async apply(resource) {
        const { RoleArn, StateMachineType, LoggingConfiguration, TracingConfiguration } = resource.properties;
        try {
          putMachine(room, resource.arn, {
            definition: await definitionOf(room, resource),
            roleArn: RoleArn,
            type: StateMachineType,
            loggingConfiguration: LoggingConfiguration && lowerKeys(LoggingConfiguration),
            tracingConfiguration: TracingConfiguration && lowerKeys(TracingConfiguration),
          });
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          throw new LakewrightError(
            'LW_STATES_DEFINITION',
            `${resource.path} (${resource.logicalId}): ${error.message}`,
            1,
          );
        }
      },
    },
    'AWS::StepFunctions::Activity': {
      classification: 'recorded',
      note: 'no worker polls it locally: a Task on an activity is refused',
    },
    'AWS::StepFunctions::StateMachineVersion': {
      classification: 'simulated',
      note: 'the machine has one revision, the one of the template',
    },
    'AWS::StepFunctions::StateMachineAlias': {
      classification: 'simulated',
      note: 'the machine has one revision, the one of the template',
    },
  };
}

async function definitionOf(room: Room, resource: LakeResource): Promise<string> {
  const { Definition, DefinitionString, DefinitionS3Location, DefinitionSubstitutions } = resource.properties;
  const text =
    typeof DefinitionString === 'string'
      ? DefinitionString
      : DefinitionS3Location === undefined
        ? JSON.stringify(Definition ?? {})
        : await fromS3(room, DefinitionS3Location);
  return substitute(text, DefinitionSubstitutions ?? {});
}

async function fromS3({ lake }: Room, location: ApiShape): Promise<string> {
  const [bucket, key] = [String(location.Bucket), String(location.Key)];
  const asset = lake.assets.find((one) => one.bucket === bucket && one.key === key);
  const text = await readFile(asset?.path ?? lake.objects.path(bucket, key), 'utf8').catch(() => {
    throw new ServiceError(
      'InvalidDefinition',
      `the definition s3://${bucket}/${key} is neither an asset nor an object`,
    );
  });
  return /\.ya?ml$/i.test(asset?.path ?? key) ? JSON.stringify(parse(text)) : text;
}

/** `${Name}` in a definition. Names that have no substitution stay: they may be JSONata or a literal. */
function substitute(definition: string, substitutions: Readonly<Record<string, ApiShape>>): string {
  return definition.replace(/\$\{([^{}]+)\}/g, (placeholder, name: string) => {
    if (!Object.hasOwn(substitutions, name)) return placeholder;
    // The value comes to stand inside of a JSON text.
    const value = substitutions[name];
    return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
  });
}

function lowerKeys(value: ApiShape): ApiShape {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries<ApiShape>(value).map(([key, entry]) => [
      `${key.charAt(0).toLowerCase()}${key.slice(1)}`,
      lowerKeys(entry),
    ]),
  );
}
