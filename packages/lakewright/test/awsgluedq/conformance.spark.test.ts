import { execFile } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEnvironment, ensureJava } from '../../src/engines/python/environment';
import { missing, titled } from '../engines/spark/spark-lake';
import { CASES, FRAMES } from './cases';
import { type Answer, differences } from './judge';

const RUNTIME = path.join(__dirname, '..', '..', 'runtimes', 'glue');

/** All cases in one Spark. */
async function evaluated(): Promise<Answer[]> {
  const [{ python }, java] = [await ensureEnvironment('glue-5.0'), await ensureJava()];
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      python,
      [path.join(__dirname, 'run_cases.py')],
      {
        env: { ...process.env, PYTHONPATH: RUNTIME, JAVA_HOME: java, PYTHONDONTWRITEBYTECODE: '1' },
        maxBuffer: 2 ** 26,
      },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
    child.stdin?.end(
      JSON.stringify({ frames: FRAMES, cases: CASES }, (_, value) => (value instanceof RegExp ? undefined : value)),
    );
  });
  return JSON.parse(output.slice(output.indexOf('ANSWERS ') + 'ANSWERS '.length));
}

describe.skipIf(missing)(titled('DQDL'), () => {
  let answers: Answer[];
  beforeAll(async () => {
    answers = await evaluated();
  });

  test.each(CASES.map((each, index) => ({ name: each.rule ?? each.ruleset, each, index })))(
    '$index: $name',
    ({ each, index }) => {
      expect(differences(each, answers[index] as Answer)).toEqual([]);
    },
  );

  test('a case that expects something else is noticed', () => {
    const [first] = CASES;
    expect(differences({ ...first, outcome: 'Failed' }, answers[0] as Answer)).toEqual(['outcome: "Passed"']);
    expect(differences({ refused: /./ }, answers[0] as Answer)).toEqual(['refused: no']);
  });
});
