import { existsSync, readFileSync } from 'node:fs';
import { refuse } from './refuse';

/** The requirements of a file, each pinned to one version. */
export function readRequirements(file: string): string[] {
  if (!existsSync(file)) {
    refuse('NoPythonCode', `requirements "${file}"`, 'a file that is there', 'mend the path, or leave it out');
  }
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      if (/^[A-Za-z0-9][\w.-]*(\[[\w.-]+\])?==[\w.!+-]+$/.test(line)) return line;
      return refuse(
        'UnpinnedRequirement',
        `requirement "${line}" of "${file}"`,
        'a name, at most one extra, and one version: "pandas==2.2.3"; no options, markers, ranges, URLs',
        'pin it, as `pip freeze` writes it: a job of today and of next year should be the same',
      );
    });
}
