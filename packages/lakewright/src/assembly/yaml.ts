import { type CollectionTag, parseDocument, type ScalarTag, YAMLMap, YAMLSeq } from 'yaml';

/** Short forms whose long form has no `Fn::` in front. */
const BARE = new Set(['Ref', 'Condition']);

/**
 * Parses YAML with CloudFormation's short forms: `!Sub x` → `{"Fn::Sub": "x"}`. An unknown tag becomes an `Fn::` of that
 * name, which the evaluator then names as unknown; nothing is dropped.
 *
 * Source: AWS CloudFormation User Guide, "Intrinsic function reference" (full and short forms).
 */
export function parseYaml(text: string): unknown {
  const names = new Set([...text.matchAll(/(?:^|[\s[{,:-])!([A-Za-z][\w:]*)/gm)].map((match) => match[1] as string));
  const document = parseDocument(text, {
    customTags: (tags) => [...tags, ...[...names].flatMap(shortForm)],
    logLevel: 'silent',
    maxAliasCount: 1000,
  } as Parameters<typeof parseDocument>[1]);
  const broken = document.errors[0];
  if (broken !== undefined) throw broken;
  return document.toJS({ maxAliasCount: 1000 });
}

function shortForm(name: string): (ScalarTag | CollectionTag)[] {
  const tag = `!${name}`;
  const key = BARE.has(name) || name.startsWith('Fn::') ? name : `Fn::${name}`;
  const wrap = (value: unknown): YAMLMap => {
    const map = new YAMLMap();
    map.set(key, value);
    return map;
  };
  return [
    { tag, resolve: (text: string) => ({ [key]: text }) } as ScalarTag,
    { tag, collection: 'seq', resolve: (value: unknown) => wrap(rebuild(value)) } as CollectionTag,
    { tag, collection: 'map', resolve: (value: unknown) => wrap(rebuild(value)) } as CollectionTag,
  ];
}

/** The same collection without its tag, so that it isn't wrapped again when the document is turned into values. */
function rebuild(value: unknown): unknown {
  if (value instanceof YAMLSeq) {
    const seq = new YAMLSeq();
    seq.items = value.items;
    return seq;
  }
  if (value instanceof YAMLMap) {
    const map = new YAMLMap();
    map.items = value.items;
    return map;
  }
  return value;
}
