// Which Chromium pages are tested in: the system's. None is downloaded.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
];

/** How to get one where there is none. */
export const NO_CHROMIUM =
  'no Chromium on this machine → pages are tested in the system’s browser → apt-get install chromium, or brew install --cask chromium, or name one by LAKEWRIGHT_CHROMIUM=/path/to/chrome';

/** Its path. */
export function findChromium() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const places = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [process.env.LAKEWRIGHT_CHROMIUM ?? '', ...places, ...PLACES].find((file) => file !== '' && existsSync(file));
}
