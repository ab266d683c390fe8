import { describe, expect, it } from 'vitest';
import { functions, functionTable, notCoveredFunctions } from '../../../../src/engines/sql/functions';
import { parseSignature } from '../../../../src/engines/sql/functions/signature';
import { buildFunctionTable } from '../../../../src/engines/sql/functions/table';

describe('parseSignature', () => {
  it('reads types with parameters, nested types and results', () => {
    expect(parseSignature('f(varchar(n), map(K,array(V)), bigint): timestamp(p) with time zone')).toEqual({
      name: 'f',
      variadic: false,
      parameters: [
        { pattern: 'varchar', length: 'n' },
        {
          pattern: 'map',
          key: { pattern: 'variable', name: 'K' },
          value: { pattern: 'array', element: { pattern: 'variable', name: 'V' } },
        },
        { pattern: 'exact', type: { kind: 'bigint' } },
      ],
      result: { pattern: 'timestamp with time zone', precision: 'p' },
    });
  });

  it('reads lambdas, whose commas do not separate arguments', () => {
    const { parameters } = parseSignature('f(array(T), (T,U)->boolean): T');
    expect(parameters).toHaveLength(2);
    expect(parameters[1]).toEqual({
      pattern: 'lambda',
      parameters: [
        { pattern: 'variable', name: 'T' },
        { pattern: 'variable', name: 'U' },
      ],
      result: { pattern: 'exact', type: { kind: 'boolean' } },
    });
  });

  it('reads a repeated last argument, and fixed lengths as numbers', () => {
    const { variadic, parameters, result } = parseSignature('f(varchar(4), T...): decimal(38,s)');
    expect(variadic).toBe(true);
    expect(parameters).toEqual([
      { pattern: 'varchar', length: 4 },
      { pattern: 'variable', name: 'T' },
    ]);
    expect(result).toEqual({ pattern: 'decimal', precision: 38, scale: 's' });
  });

  it('refuses a text that is no signature', () => {
    expect(() => parseSignature('f(text): varchar')).toThrow('not a type in a signature: text');
    expect(() => parseSignature('f')).toThrow('not a function signature');
  });
});

describe('the function table', () => {
  it('gives the overloads of a name and of its aliases', () => {
    expect(functions.overloads('scalar', 'pow').map((entry) => entry.signature)).toEqual([
      'power(double, double): double',
    ]);
    expect(functions.overloads('scalar', 'no_such_function')).toEqual([]);
    expect(functions.canonicalName('every')).toBe('bool_and');
  });

  it('refuses two entries with one signature', () => {
    const area = { source: '', scalar: { 'f(bigint): bigint': '$1' } };
    expect(() => buildFunctionTable([area, area])).toThrow('two entries for scalar f(bigint): bigint');
  });

  it('has no name that is both covered and refused', () => {
    const covered = new Set(functions.all().map((entry) => entry.name));
    expect(notCoveredFunctions().filter((name) => covered.has(name))).toEqual([]);
    expect(functions.isNotCovered('st_point')).toBe(true);
  });

  it('resolves every alias to a covered name', () => {
    const names = new Set(functions.all().map((entry) => entry.name));
    for (const alias of ['ceiling', 'substring', 'dow', 'every', 'any_value', 'parse_presto_data_size']) {
      expect(names).toContain(functions.canonicalName(alias));
    }
  });

  it('names in every template only the arguments that the signature has', () => {
    for (const { signature, parameters, variadic, behaviour } of functions.all()) {
      if (variadic || typeof behaviour.sql !== 'string') continue;
      const texts = [behaviour.sql, ...(behaviour.errors ?? []).map((error) => error.when)];
      const used = texts.flatMap((text) => [...text.matchAll(/\$L?(\d)/g)].map((match) => Number(match[1])));
      expect(Math.max(0, ...used), signature).toBeLessThanOrEqual(parameters.length);
    }
  });

  it('lists every covered function with its documentation page', () => {
    const rows = functionTable();
    expect(rows.find((row) => row.name === 'split_part')).toMatchObject({
      kind: 'scalar',
      signatures: ['split_part(varchar(n), varchar, bigint): varchar(n)'],
      source: 'https://trino.io/docs/current/functions/string.html',
    });
    expect(rows.find((row) => row.name === 'approx_distinct')?.notes.join()).toContain('HyperLogLog');
  });
});
