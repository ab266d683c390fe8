import { describe, expect, test } from 'vitest';
import { JsonHost, PlainHost, TerminalHost } from '../../src/host/render';

function streams() {
  const text = { out: '', err: '' };
  return {
    text,
    out: { write: (chunk: string) => (text.out += chunk) },
    err: { write: (chunk: string) => (text.err += chunk) },
  };
}

describe('a plain host', () => {
  test('writes results to standard output and the rest to standard error', () => {
    const to = streams();
    const host = new PlainHost(to, false);
    host.notify({ code: 'LW_A', level: 'result', text: 'rows' });
    host.notify({ code: 'LW_B', level: 'warning', text: 'careful' });
    host.notify({ code: 'LW_C', level: 'debug', text: 'detail' });
    expect(to.text).toEqual({ out: 'rows\n', err: 'warning LW_B: careful\n' });
  });

  test('answers a question with its fallback, and says so', async () => {
    const to = streams();
    expect(await new PlainHost(to, false).confirm({ code: 'LW_Q', text: 'Delete?', fallback: false })).toBe(false);
    expect(to.text.err).toContain('taken as no');
  });
});

describe('a JSON host', () => {
  test('writes one object a line', () => {
    const to = streams();
    const host = new JsonHost(to, true);
    host.notify({ code: 'LW_A', level: 'info', text: 'two\nlines', data: { n: 1 } });
    host.notify({ code: 'LW_B', level: 'debug', text: 'detail' });
    const lines = to.text.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { code: 'LW_A', level: 'info', text: 'two\nlines', data: { n: 1 } },
      { code: 'LW_B', level: 'debug', text: 'detail' },
    ]);
  });
});

describe('a terminal host', () => {
  test('overwrites progress, and clears it before the next message', () => {
    const to = streams();
    const host = new TerminalHost(to, false);
    host.notify({ code: 'LW_COPY_PROGRESS', level: 'info', text: '10 %' });
    host.notify({ code: 'LW_DONE', level: 'info', text: 'copied' });
    expect(to.text.err).toBe('\r\u001b[2K10 %\r\u001b[2Kcopied\n');
  });
});
