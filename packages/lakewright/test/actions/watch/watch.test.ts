import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { afterEach, expect, it } from 'vitest';
import { MemoryHost } from '../../../src/host/host';
import { Lake } from '../../../src/lake';

let lake: Lake | undefined;
let end = new AbortController();
afterEach(async () => {
  end.abort();
  await lake?.close();
});

const handler = (text: string) => `exports.handler = async (event) => ({ said: ${JSON.stringify(text)} });\n`;

/** An app of three functions in a row, each with a folder of its own. */
function makeApp(): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'lakewright-watch-')));
  const app = new App({ outdir: path.join(directory, 'cdk.out') });
  const stack = new Stack(app, 'Lake');
  const steps = ['One', 'Two', 'Three'].map((name) => {
    const folder = path.join(directory, 'functions', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'index.js'), handler(`${name} 1`));
    const code = lambda.Code.fromAsset(folder);
    const lambdaFunction = new lambda.Function(stack, `F${name}`, {
      ...{ code, handler: 'index.handler', runtime: lambda.Runtime.NODEJS_22_X },
    });
    return new tasks.LambdaInvoke(stack, name, { lambdaFunction, payloadResponseOnly: true });
  });
  const definition = sfn.Chain.start(steps[0] as tasks.LambdaInvoke)
    .next(steps[1] as never)
    .next(steps[2] as never);
  new sfn.StateMachine(stack, 'Nightly', { definitionBody: sfn.DefinitionBody.fromChainable(definition) });
  app.synth();
  return directory;
}

async function until<T>(what: () => T | undefined): Promise<T> {
  for (let left = 600; left > 0; left -= 1) {
    const found = what();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come in 30 s');
}

it('an edit of a source runs its task and what follows; the assembly stays as it was synthesized', {
  timeout: 90_000,
}, async () => {
  const directory = makeApp();
  const host = new MemoryHost();
  end = new AbortController();
  lake = new Lake({ directory, host });
  const watching = lake.watch({ signal: end.signal });
  const coded = (code: string) => host.messages.filter((one) => one.code === code);
  await until(() => coded('LW_WATCHING')[0]);
  const file = path.join(directory, 'functions', 'Two', 'index.js');
  writeFileSync(file, handler('Two 2'));
  const { text, data } = await until(() => coded('LW_WATCH_RUN')[0]);
  expect(text).toMatch(/^done in [\d.]+ s after functions\/Two\/index\.js$/);
  const { from, tasks: ran } = data as { from: string; tasks: { name: string }[] };
  expect(from).toBe('Two');
  expect(ran.map(({ name }) => name)).toEqual(['Two', 'Three']);

  writeFileSync(path.join(directory, 'functions', 'Three', 'more.js'), 'exports.more = 1;\n');
  const [, second] = await until(() => (coded('LW_WATCH_RUN').length > 1 ? coded('LW_WATCH_RUN') : undefined));
  expect(second?.data).toMatchObject({ from: 'Three', state: 'SUCCEEDED' });

  writeFileSync(path.join(directory, 'stack.ts'), 'export {};\n');
  const refused = await until(() => coded('LW_WATCH_NO_APP')[0]);
  expect(refused.text).toMatch(/cdk\.json → "app", the command that synthesizes, is expected/);
  end.abort();
  await watching;
  const assets = readFileSync(path.join(directory, 'cdk.out', 'Lake.assets.json'), 'utf8');
  const folders = [...assets.matchAll(/asset\.[0-9a-f]{64}/g)].map(([name]) =>
    path.join(directory, 'cdk.out', name, 'index.js'),
  );
  const contents = [...new Set(folders)].map((one) => readFileSync(one, 'utf8'));
  expect(contents.sort()).toEqual(['One 1', 'Three 1', 'Two 1'].map(handler));
});

/** The same, as a program that cdk.json names: functions are its folders, in the order of `steps.json`. */
const APP = (modules: string) => `
const { createRequire } = require('node:module');
const require_ = createRequire(${JSON.stringify(modules)});
const { App, Stack } = require_('aws-cdk-lib');
const lambda = require_('aws-cdk-lib/aws-lambda');
const sfn = require_('aws-cdk-lib/aws-stepfunctions');
const tasks = require_('aws-cdk-lib/aws-stepfunctions-tasks');
const stack = new Stack(new App(), 'Lake');
const steps = ['One', 'Two', 'Three'].map((name) => {
  const lambdaFunction = new lambda.Function(stack, 'F' + name, {
    code: lambda.Code.fromAsset('functions/' + name), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_22_X,
    environment: { STAGE: 'first' },
  });
  return new tasks.LambdaInvoke(stack, name, { lambdaFunction, payloadResponseOnly: true });
});
new sfn.StateMachine(stack, 'Nightly', { definitionBody: sfn.DefinitionBody.fromChainable(steps.reduce((a, b) => a.next(b))) });
stack.node.root.synth();
`;

it('an edit of the app synthesizes it again, and runs what is new; a mistake in it is said, and the next edit goes on', {
  timeout: 120_000,
}, async () => {
  const directory = makeApp();
  const program = path.join(directory, 'app.cjs');
  writeFileSync(program, APP(__filename));
  writeFileSync(path.join(directory, 'cdk.json'), JSON.stringify({ app: `"${process.execPath}" app.cjs` }));
  for (const name of ['One', 'Two', 'Three']) {
    const says = 'exports.handler = async () => ({ said: process.env.STAGE });\n';
    writeFileSync(path.join(directory, 'functions', name, 'index.js'), says);
  }
  const host = new MemoryHost();
  end = new AbortController();
  lake = new Lake({ directory, host });
  const watching = lake.watch({ signal: end.signal });
  const coded = (code: string) => host.messages.filter((one) => one.code === code);
  const nth = (code: string, count: number) => until(() => coded(code)[count - 1]);
  await nth('LW_WATCHING', 1);

  writeFileSync(program, APP(__filename).replace("STAGE: 'first'", "STAGE: name === 'One' ? 'first' : 'second'"));
  const first = await nth('LW_WATCH_RUN', 1);
  expect(first.text).toMatch(/^done in [\d.]+ s after app\.cjs$/);
  // The functions' files differ from those of the assembly that it began with: what runs is the app as it is now.
  expect(first.data).toMatchObject({ from: 'One', tasks: [{ name: 'One' }, { name: 'Two' }, { name: 'Three' }] });

  writeFileSync(program, 'throw new Error("a mistake");\n');
  expect((await nth('LW_WATCH_SYNTH', 1)).text).toContain('a mistake');
  // An edit without effect: nothing that is warm ends.
  writeFileSync(program, APP(__filename).replace("STAGE: 'first'", "STAGE: name === 'One' ? 'first' : 'second' /**/"));
  expect((await nth('LW_WATCH_UNCONCERNED', 1)).text).toBe('changed   app.cjs: no task of a pipeline uses it');

  const stages = "STAGE: { One: 'first', Two: 'second', Three: 'third' }[name]";
  writeFileSync(program, APP(__filename).replace("STAGE: 'first'", stages));
  const second = await nth('LW_WATCH_RUN', 2);
  expect(second.data).toMatchObject({ from: 'Three', state: 'SUCCEEDED', tasks: [{ name: 'Three' }] });

  // Assets of the new assembly are kept up to date as well.
  writeFileSync(path.join(directory, 'functions', 'Two', 'index.js'), handler('Two 2'));
  const third = await nth('LW_WATCH_RUN', 3);
  expect(third.data).toMatchObject({ from: 'Two', state: 'SUCCEEDED' });
  end.abort();
  await watching;
});

it('wants an assembly', async () => {
  lake = new Lake({ directory: mkdtempSync(path.join(tmpdir(), 'lakewright-watch-')) });
  await expect(lake.watch({ signal: new AbortController().signal })).rejects.toMatchObject({
    code: 'LW_WATCH_NO_ASSEMBLY',
  });
});
