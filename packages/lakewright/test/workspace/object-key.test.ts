import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, keyProblem, keyToComponents, keyToPath, nameToKeyPart } from '../../src/workspace/object-key';

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom(
    '%+',
    '%0',
    '%',
    '+',
    '',
    'a',
    '..a',
    '...',
    'é'.repeat(130),
    'x'.repeat(255),
    `${'x'.repeat(253)}%+`,
    `${'x'.repeat(250)}%0`,
    'y'.repeat(256),
    '🚀'.repeat(70),
  ),
);
const key = fc
  .array(piece, { minLength: 1, maxLength: 5 })
  .map((pieces) => pieces.join('/'))
  .filter((text) => text !== '' && !text.endsWith('/') && keyProblem(text) === undefined);

/** What the walk through the folders makes of a file's path. */
function fromComponents(components: readonly string[]): string {
  return components.map((name, index) => nameToKeyPart(name, index < components.length - 1)).join('');
}

describe('a key', () => {
  it('is found again from its path', () => {
    fc.assert(
      fc.property(key, (given) => {
        expect(fromComponents(keyToComponents(given))).toBe(given);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never shares its path with another key', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(keyToPath('/bucket', a) === keyToPath('/bucket', b)).toBe(a === b);
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays inside its bucket, in names that file systems have', () => {
    fc.assert(
      fc.property(key, (given) => {
        const components = keyToComponents(given);
        for (const name of components) {
          expect(['', '.', '..']).not.toContain(name);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        }
        const file = keyToPath('/bucket', given);
        expect(file).toBe(['/bucket', ...components].join(path.sep));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is in the order of its UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 4 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['con', 'a/NUL.txt', 'dt=10:00', 'a\\b', 'trailing.', 'trailing /x', 'a\tb', 'lpt1/x', 'x?'])(
    'that Windows can\'t hold ("%s") is refused there, and only there',
    (given) => {
      expect(keyProblem(given, 'win32')).toMatchObject({
        code: 'InvalidArgument',
        message: expect.stringContaining('Windows'),
      });
      expect(keyProblem(given, 'linux')).toBeUndefined();
    },
  );
});
