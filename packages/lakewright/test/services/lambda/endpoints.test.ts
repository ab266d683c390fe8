import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fireSchedules } from '../../../src/actions/serve/schedules';
import { onEnd } from '../../workspace/temporary-workspace';
import { functionLake, nodeFunction } from './function-lake';

const SERVICE = `
  const server = require('node:http').createServer((_, answer) => answer.end('from the service')).listen(0, '127.0.0.1', () =>
    console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port + '/' })));
  process.stdin.resume().on('end', () => { console.error('ended'); process.exit(); });
`;

test('functions are told where endpoints are; their programs run as long as the lake', async () => {
  const command = [process.execPath, '-e', SERVICE];
  const { lake, folder, invoke } = await functionLake(
    {
      F: nodeFunction(
        'exports.handler = async (url) => (await fetch(JSON.parse(process.env.LAKEWRIGHT_ENDPOINTS)[url])).text();',
        { FunctionName: 'f' },
      ),
    },
    {
      endpoints: { 'https://api.example.com/': 'service:api' },
      services: { api: { command }, unused: { command } },
    },
  );
  expect(lake.programs.running()).toEqual({});
  expect(await invoke('f', 'https://api.example.com/')).toEqual({ failed: false, payload: 'from the service' });
  expect(Object.keys(lake.programs.running())).toEqual(['api']);
  await lake.close();
  expect(lake.programs.running()).toEqual({});
  expect(fs.readFileSync(path.join(folder, '.lakewright/logs/services/api.log'), 'utf8')).toBe('ended\n');
});

test("a served lake fires its schedules by the machine's clock", async () => {
  const time = new Date(Date.now() + 1_500).toISOString().slice(0, 19);
  const { lake, log } = await functionLake({
    F: nodeFunction('exports.handler = async (event) => { console.log("fired " + event); };', { FunctionName: 'f' }),
    Once: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: `at(${time})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: { 'Fn::GetAtt': ['F', 'Arn'] }, RoleArn: 'r', Input: '"once"' },
      },
    },
  });
  // Waits of state machines have moved the lake on: that fires nothing.
  lake.clock.advanceTo(new Date(Date.now() + 3_600_000));
  onEnd(fireSchedules(lake));
  const fired = () => {
    try {
      return log('f').match(/fired once/g)?.length ?? 0;
    } catch {
      return 0;
    }
  };
  await expect.poll(fired, { timeout: 20_000 }).toBe(1);
});
