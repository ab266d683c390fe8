import { FileError } from '../file-error';
import { readXml, unescapeText } from './xml';

/** Characters; they are held in memory, since cells name them in any order. */
const MOST = 200_000_000;

/** The texts that cells refer to by their number, without their formatting and their pronunciation. */
export async function readStrings(bytes: AsyncIterable<Buffer>, part: string): Promise<string[]> {
  const strings: string[] = [];
  const texts = new TextCollector();
  let total = 0;
  await readXml(bytes, part, {
    open: (name) => texts.open(name),
    text: (text) => texts.text(text),
    close: (name) => {
      texts.close(name);
      if (name !== 'si') return;
      const text = texts.take();
      strings.push(text);
      total += text.length;
      if (total > MOST) {
        throw new FileError(
          'UnpacksTooLarge',
          `its texts have more than ${MOST} characters`,
          `up to ${MOST}`,
          'send it as CSV',
        );
      }
    },
  });
  return strings;
}

/** Puts the runs of a formatted text together. */
export class TextCollector {
  private parts = '';
  private inText = false;
  private spoken = false;

  public open(name: string): void {
    if (name === 'rPh') this.spoken = true;
    if (name === 't') this.inText = !this.spoken;
  }

  public text(text: string): void {
    if (this.inText) this.parts += text;
  }

  public close(name: string): void {
    if (name === 'rPh') this.spoken = false;
    if (name === 't') this.inText = false;
  }

  public take(): string {
    const text = unescapeText(this.parts);
    this.parts = '';
    return text;
  }
}
