import type { Typed, TypedLambda } from '../analyze/typed';
import { children, fingerprint } from '../analyze/walk';
import type { CapturedValues } from '../functions/entry';
import { type EmitContext, emit, inlineLambda } from './expressions';

/** What a lambda's body reads from outside of it, in the order of the first use. */
export function capturedBy(lambda: TypedLambda, context: EmitContext): CapturedValues {
  const own = new Set(lambda.parameters.map(({ name }) => name));
  const parts = new Map<string, Typed[]>();
  const visit = (node: Typed): void => {
    if (!isCaptured(node, own, context)) {
      for (const child of children(node)) visit(child);
      return;
    }
    const text = emit(node, context);
    parts.set(text, [...(parts.get(text) ?? []), node]);
  };
  for (const name of parametersIn(lambda.body)) own.add(name);
  visit(lambda.body);
  return {
    values: [...parts.keys()],
    body: (parameters, values) => {
      const replaced = new Map(context.replaced);
      for (const [index, nodes] of [...parts.values()].entries()) {
        for (const node of nodes) replaced.set(node, values[index] ?? '');
      }
      return inlineLambda(lambda, parameters, { ...context, replaced });
    },
  };
}

function isCaptured(node: Typed, own: ReadonlySet<string>, { replaced, keys }: EmitContext): boolean {
  if (node.kind === 'column' || replaced?.has(node)) return true;
  if (node.kind === 'lambda parameter') return !own.has(node.name);
  return node.kind === 'aggregate' || (keys.size > 0 && keys.has(fingerprint(node)));
}

/** The names that lambdas inside an expression declare. */
function parametersIn(node: Typed): readonly string[] {
  const lambdas = 'args' in node ? node.args.filter((arg) => arg.kind === 'lambda') : [];
  const declared = lambdas.flatMap(({ parameters }) => parameters.map(({ name }) => name));
  return [...declared, ...children(node).flatMap(parametersIn)];
}
