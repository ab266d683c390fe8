// Compiles the TypeScript examples of a guide against the packages as they are built.
//
//   node ../../scripts/guide-examples.mjs ../../docs/guides/extension-points.md     (in a package's directory)
//
// The guide's first block is what all others go on from; each other block is compiled after it, in a stack's constructor.
// Imports, and classes and interfaces at the beginning of a line, stand outside of it, as in a file of one's own.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';

const ts = createRequire(import.meta.url)('typescript');
const [guide] = process.argv.slice(2);
const text = readFileSync(guide, 'utf8');

const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
  code: match[1],
  line: text.slice(0, match.index).split('\n').length,
}));
const [shared, ...examples] = blocks;
if (examples.length === 0) throw new Error(`${guide} has fewer than two TypeScript examples`);

const sources = new Map(examples.map((example) => [nameOf(example), program(example)]));
const config = ts.parseJsonConfigFileContent(
  { extends: '../../tsconfig.base.json', compilerOptions: { noEmit: true, noUnusedLocals: false, composite: false } },
  ts.sys,
  process.cwd(),
);
const host = ts.createCompilerHost(config.options);
const { fileExists, readFile, getSourceFile } = host;
host.fileExists = (name) => sources.has(name) || fileExists.call(host, name);
host.readFile = (name) => sources.get(name) ?? readFile.call(host, name);
host.getSourceFile = (name, options, ...rest) =>
  sources.has(name)
    ? ts.createSourceFile(name, sources.get(name), options)
    : getSourceFile.call(host, name, options, ...rest);

const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([...sources.keys()], config.options, host));
if (diagnostics.length > 0) {
  process.stderr.write(
    ts.formatDiagnosticsWithColorAndContext(diagnostics, {
      getCurrentDirectory: () => process.cwd(),
      getCanonicalFileName: (name) => name,
      getNewLine: () => '\n',
    }),
  );
  process.exit(1);
}
process.stdout.write(`${basename(guide)}: ${examples.length} examples compile\n`);

/** Says where the example stands in the guide: `extension-points.md-line-42.ts`. */
function nameOf({ line }) {
  return resolve(`${basename(guide)}-line-${line}.ts`);
}

function program({ code }) {
  const parts = [split(shared.code), split(code)];
  const outside = parts.flatMap((part) => part.outside).join('\n');
  const inside = parts.map((part) => part.inside).join('\n');
  return `import { Stack, type StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
${outside}
export class Example extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
${inside}
  }
}
`;
}

/** Imports and declarations of types can't stand in a constructor. */
function split(code) {
  const outside = [...code.matchAll(/^(?:import [\s\S]*?;|(?:class|interface) [\s\S]*?^\})$/gm)].map(([part]) => part);
  return { outside, inside: outside.reduce((rest, part) => rest.replace(part, ''), code) };
}
