import type { ApiShape } from '../../api-shape';
import { StatesError } from './errors';
import type { Visit } from './interpreter';
import { batches } from './item-batcher';
import { readItems } from './item-reader';
import { json } from './payload';

export interface MapItems {
  /** What each iteration or child execution gets. */
  readonly inputs: readonly ApiShape[];
  /** How many items each of them has. */
  readonly sizes: readonly number[];
  /** `$$.Map` of each iteration. */
  readonly contexts: readonly ApiShape[];
}

/** The items of a Map state, selected and batched. A redriven state has the same ones as before. */
export async function itemInputs(visit: Visit): Promise<MapItems> {
  const { state, scope, query, resume } = visit;
  const sizesOf = (inputs: readonly ApiShape[]): number[] =>
    inputs.map((input) => (state.ItemBatcher === undefined ? 1 : input.Items.length));
  if (resume?.inputs !== undefined) {
    return { inputs: resume.inputs, sizes: sizesOf(resume.inputs), contexts: resume.contexts ?? [] };
  }
  const given = await itemsOf(visit);
  const source = state.ItemReader === undefined ? 'STATE_DATA' : await sourceOf(visit);
  const contexts = given.map(({ value, key }, Index) => ({
    Map: { Item: { Index, Value: value, ...(key !== undefined && { Key: key }), Source: source } },
  }));
  const selector = state.ItemSelector ?? (query.language === 'JSONPath' ? state.Parameters : undefined);
  const selected = await Promise.all(
    given.map(async ({ value }, index) =>
      selector === undefined
        ? value
        : await query.template(selector, { ...scope, context: { ...scope.context, ...contexts[index] } }),
    ),
  );
  const inputs =
    state.ItemBatcher === undefined ? selected : batches(selected, await query.template(await batcher(visit), scope));
  return { inputs, sizes: sizesOf(inputs), contexts };
}

interface Item {
  readonly value: ApiShape;
  /** The member's name, where the items are an object's members (JSONata). */
  readonly key?: string;
}

async function itemsOf(visit: Visit): Promise<Item[]> {
  const { state, scope, query, name } = visit;
  if (state.ItemReader !== undefined) return (await readItems(visit)).map((value) => ({ value }));
  const items = (await query.field(state, 'Items', scope)) ?? scope.input;
  if (Array.isArray(items)) return items.map((value) => ({ value }));
  // Members of an object are items, too: each is a key and a value.
  if (typeof items === 'object' && items !== null && query.language === 'JSONata') {
    return Object.entries(items).map(([key, value]) => ({ key, value }));
  }
  throw new StatesError(
    'States.Runtime',
    `The items of the Map state '${name}' must be a list, got ${json(items).slice(0, 200)}`,
  );
}

/** `$$.Map.Item.Source`: where an item comes from. */
async function sourceOf({ state, scope, query }: Visit): Promise<string> {
  const { Bucket, Key, Prefix } = await query.arguments(state.ItemReader, { ...scope, input: {} });
  return `s3://${Bucket}/${Key ?? Prefix ?? ''}`;
}

async function batcher(visit: Visit): Promise<ApiShape> {
  const { state, scope, query } = visit;
  const read = async (name: string): Promise<ApiShape> => await query.field(state.ItemBatcher, name, scope);
  return {
    MaxItemsPerBatch: await read('MaxItemsPerBatch'),
    MaxInputBytesPerBatch: await read('MaxInputBytesPerBatch'),
    BatchInput: state.ItemBatcher.BatchInput,
  };
}
