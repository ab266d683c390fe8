import { LineCounter, parseDocument } from 'yaml';

/** A YAML text as data, or what is wrong with it and where. For constructs, which can't depend on a YAML library by jsii. */
export function parseYaml(text: string): { value?: unknown; problem?: string } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (!error) return { value: document.toJS() };
  const { line, col } = lineCounter.linePos(error.pos[0]);
  return { problem: `line ${line}, column ${col}: ${error.message}` };
}
