import { posix } from 'node:path';
import { FileError } from '../file-error';
import type { Zip } from '../zip';
import { readStrings } from './shared-strings';
import { readDateStyles } from './styles';
import { readXml } from './xml';

export interface Sheet {
  readonly name: string;
  /** The part of the archive. */
  readonly part: string;
}

/** What all sheets of a workbook share. */
export interface Workbook {
  readonly zip: Zip;
  readonly sheets: Sheet[];
  readonly since1904: boolean;
  readonly strings: string[];
  /** By the index of a cell's style: whether it shows a number as a date. */
  readonly dateStyles: boolean[];
}

export function isWorkbook(zip: Zip): boolean {
  return zip.find('[Content_Types].xml') !== undefined && zip.find('_rels/.rels') !== undefined;
}

/** Reads all but the sheets. */
export async function openWorkbook(zip: Zip): Promise<Workbook> {
  const main = [...(await relations(zip, '')).values()].find(({ type }) => type.endsWith('/officeDocument'))?.target;
  if (main === undefined || !main.endsWith('.xml') || !zip.find(main)) {
    throw new FileError(
      'UnknownFormat',
      `it is an Office file whose document is "${main ?? 'missing'}"`,
      'workbooks of the form .xlsx or .xlsm',
      'save it as .xlsx',
    );
  }
  const related = await relations(zip, main);
  const sheets: Sheet[] = [];
  let since1904 = false;
  let isBook = false;
  await readXml(zip.read(entry(zip, main)), main, {
    open: (name, attributes) => {
      if (name === 'workbook') isBook = true;
      if (name === 'workbookPr') since1904 = ['1', 'true'].includes(attributes.date1904 ?? '');
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key === 'id' || key.endsWith(':id'))?.[1];
      const relation = related.get(id ?? '');
      if (relation?.type.endsWith('/worksheet')) sheets.push({ name: attributes.name ?? '', part: relation.target });
    },
  });
  if (!isBook) {
    throw new FileError(
      'UnknownFormat',
      'it is an Office file, and no workbook',
      'workbooks (.xlsx)',
      'save the table as .xlsx',
    );
  }
  const part = (kind: string) => [...related.values()].find(({ type }) => type.endsWith(kind))?.target;
  const [strings, styles] = [part('/sharedStrings'), part('/styles')];
  return {
    zip,
    sheets,
    since1904,
    strings: strings && zip.find(strings) ? await readStrings(zip.read(entry(zip, strings)), strings) : [],
    dateStyles: styles && zip.find(styles) ? await readDateStyles(zip.read(entry(zip, styles)), styles) : [],
  };
}

export function entry(zip: Zip, name: string) {
  const found = zip.find(name);
  if (found) return found;
  throw new FileError(
    'CorruptFile',
    `the workbook has no "${name}", which it names`,
    'a whole workbook',
    'save and send it again',
  );
}

interface Relation {
  readonly type: string;
  readonly target: string;
}

async function relations(zip: Zip, part: string): Promise<Map<string, Relation>> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  const found = new Map<string, Relation>();
  if (!zip.find(name)) return found;
  await readXml(zip.read(entry(zip, name)), name, {
    open: (tag, { Id = '', Type = '', Target = '', TargetMode }) => {
      if (tag !== 'Relationship' || TargetMode === 'External') return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      found.set(Id, { type: Type, target });
    },
  });
  return found;
}
