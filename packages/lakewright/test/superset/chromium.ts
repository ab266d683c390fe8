import { existsSync } from 'node:fs';
import path from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** How to get one where there is none. */
export const NO_CHROMIUM = 'no Chromium: apt-get install chromium, or LAKEWRIGHT_CHROMIUM=/path/to/chrome';

/** The browser of this machine; none is downloaded. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const places = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [process.env.LAKEWRIGHT_CHROMIUM ?? '', ...places].find((file) => file !== '' && existsSync(file));
}
