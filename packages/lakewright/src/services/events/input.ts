import type { ApiShape } from '../api-shape';
import { readPath } from '../states/asl/json-path';

/** What shapes a target's input: one of Input, InputPath, InputTransformer, or nothing. */
export interface InputShape {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate?: string;
  };
}

/**
 * The text that a target gets for an event.
 *
 * Source: Amazon EventBridge User Guide, "Amazon EventBridge input transformation".
 *
 * @param rule fills `<aws.events.rule-arn>` and `<aws.events.rule-name>`
 */
export function targetInput(
  shape: InputShape,
  event: ApiShape,
  rule: { readonly arn: string; readonly name: string },
): string {
  if (typeof shape.Input === 'string') return shape.Input;
  if (typeof shape.InputPath === 'string') return JSON.stringify(at(event, shape.InputPath) ?? null);
  const transformer = shape.InputTransformer;
  if (transformer === undefined) return JSON.stringify(event);
  const values: Record<string, ApiShape> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event': event,
    'aws.events.event.json': event,
    'aws.events.event.ingestion-time': event.time,
  };
  for (const [name, path] of Object.entries(transformer.InputPathsMap ?? {})) values[name] = at(event, path);
  return fill(transformer.InputTemplate ?? '', values);
}

/** `<name>` inside of a JSON text takes the bare value, elsewhere its JSON. A path that leads nowhere gives "". */
function fill(template: string, values: Readonly<Record<string, ApiShape>>): string {
  let quoted = false;
  let filled = '';
  for (let index = 0; index < template.length; index += 1) {
    const name = /^<([\w.-]+)>/.exec(template.slice(index, index + 130))?.[1];
    if (name !== undefined && Object.hasOwn(values, name)) {
      const value = values[name] ?? '';
      const bare = typeof value === 'string' ? value : JSON.stringify(value);
      filled += quoted ? JSON.stringify(bare).slice(1, -1) : JSON.stringify(value);
      index += name.length + 1;
      continue;
    }
    const character = template[index] as string;
    if (character === '\\') {
      filled += template.slice(index, index + 2);
      index += 1;
      continue;
    }
    if (character === '"') quoted = !quoted;
    filled += character;
  }
  return filled;
}

function at(event: ApiShape, path: string): ApiShape {
  try {
    return readPath(path, { input: event, context: {}, variables: {} });
  } catch {
    return undefined;
  }
}
