import type { ApiShape } from '../services/api-shape';
import { describe, isRecord, Unresolved } from './unresolved';

/**
 * Expands `"Fn::ForEach::Name": [identifier, collection, {"Key${identifier}": …}]` into its entries. Inside of the body
 * `${identifier}`, `&{identifier}` (letters and digits only) and `{"Ref": "identifier"}` stand for the element.
 *
 * Source: AWS CloudFormation Template Reference, "Fn::ForEach" (transform AWS::LanguageExtensions).
 *
 * @param list evaluates the collection
 */
export function expandForEach(
  key: string,
  argument: ApiShape,
  list: (collection: ApiShape) => ApiShape,
): [string, ApiShape][] {
  if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== 'string' || !isRecord(argument[2])) {
    throw new Unresolved(`${key} wants [identifier, list, object], got ${describe(argument)}`);
  }
  const [identifier, collection, body] = argument as [string, ApiShape, Record<string, ApiShape>];
  const elements = list(collection);
  if (!Array.isArray(elements)) throw new Unresolved(`${key} wants a list to loop over, got ${describe(elements)}`);
  return elements.flatMap((element) => {
    const text = String(element);
    return Object.entries(body).flatMap(([name, value]): [string, ApiShape][] => {
      const [filledKey, filled] = [fillText(name, identifier, text), fill(value, identifier, text, 0)];
      return filledKey.startsWith('Fn::ForEach::') ? expandForEach(filledKey, filled, list) : [[filledKey, filled]];
    });
  });
}

function fill(value: ApiShape, identifier: string, element: string, depth: number): ApiShape {
  if (depth > 200) throw new Unresolved('the body of Fn::ForEach is nested deeper than 200 levels');
  if (typeof value === 'string') return fillText(value, identifier, element);
  if (Array.isArray(value)) return value.map((entry) => fill(entry, identifier, element, depth + 1));
  if (!isRecord(value)) return value;
  if (value.Ref === identifier && Object.keys(value).length === 1) return element;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      fillText(key, identifier, element),
      fill(entry, identifier, element, depth + 1),
    ]),
  );
}

function fillText(text: string, identifier: string, element: string): string {
  return text
    .replaceAll(`\${${identifier}}`, () => element)
    .replaceAll(`&{${identifier}}`, () => element.replace(/[^A-Za-z0-9]/g, ''));
}
