import { expect, test } from 'vitest';
import { LOCAL_ADMIN } from '../../../src/services/service';
import { functionLake, nodeFunction } from './function-lake';

test('what a function says of its work goes into the report, and what is no count does not', async () => {
  const { lake } = await functionLake({ Echo: nodeFunction('exports.handler = async (event) => event;') });
  const name = lake.resources.find(({ type }) => type === 'AWS::Lambda::Function')?.physicalId;
  const invoke = lake.service('lambda').tasks['lambda:invoke'];
  const task = { caller: LOCAL_ADMIN, signal: new AbortController().signal, executionArn: 'arn', stateName: 'Echo' };
  const measuresOf = async (Payload: object) => (await invoke?.({ FunctionName: name, Payload }, task))?.measures;
  expect(await measuresOf({ measures: { rowsIn: 10, rowsOut: 9, more: 1 } })).toEqual({
    rowsIn: 10,
    rowsOut: 9,
    filesIn: null,
  });
  expect(await measuresOf({ measures: { rowsIn: -1, rowsOut: 'all' } })).toEqual({
    rowsIn: null,
    rowsOut: null,
    filesIn: null,
  });
  expect(await measuresOf({ measures: 7 })).toBeUndefined();
  expect(await measuresOf({})).toBeUndefined();
});
