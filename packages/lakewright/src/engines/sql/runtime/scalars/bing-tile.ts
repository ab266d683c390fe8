import { invalidArgument, type ScalarFunction, scalar } from '../support';

const MAX_LATITUDE = 85.05112878;
const MAX_ZOOM = 23;

/** The digits of a tile: each level's quarter, 0 to 3. */
function quadkey(x: number, y: number, zoom: number): string {
  let key = '';
  for (let level = zoom; level > 0; level--) {
    const mask = 2 ** (level - 1);
    key += (Math.floor(x / mask) % 2) + 2 * (Math.floor(y / mask) % 2);
  }
  return key;
}

function checkZoom(zoom: bigint): number {
  if (zoom < 0n || zoom > BigInt(MAX_ZOOM)) invalidArgument(`Zoom level must be <= ${MAX_ZOOM}`);
  return Number(zoom);
}

/** https://learn.microsoft.com/bingmaps/articles/bing-maps-tile-system */
function tileAt(latitude: number, longitude: number, level: bigint): string {
  const zoom = checkZoom(level);
  if (!(Math.abs(latitude) <= MAX_LATITUDE)) {
    invalidArgument(`Latitude must be between -${MAX_LATITUDE} and ${MAX_LATITUDE}`);
  }
  if (!(Math.abs(longitude) <= 180)) invalidArgument('Longitude must be between -180.0 and 180.0');
  const size = 2 ** zoom;
  const sine = Math.sin((latitude * Math.PI) / 180);
  const clip = (value: number): number => Math.max(0, Math.min(size - 1, Math.floor(value * size)));
  const y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  return quadkey(clip((longitude + 180) / 360), clip(y), zoom);
}

/** Bing tiles, carried as their quadkey. */
export const bingTileScalars: readonly ScalarFunction[] = [
  scalar('lw_tile_at', ['DOUBLE', 'DOUBLE', 'BIGINT'], 'VARCHAR', tileAt),
  scalar('lw_tile_xy', ['BIGINT', 'BIGINT', 'BIGINT'], 'VARCHAR', (x, y, level) => {
    const size = 2n ** BigInt(checkZoom(level));
    if (x < 0n || y < 0n || x >= size || y >= size) {
      invalidArgument(`XY coordinates for a Bing tile at zoom level ${level} must be within [0, ${size})`);
    }
    return quadkey(Number(x), Number(y), Number(level));
  }),
  scalar('lw_tile_key', ['VARCHAR'], 'VARCHAR', (key) => {
    if (!/^[0-3]*$/.test(key)) invalidArgument(`Invalid QuadKey digit sequence: ${key}`);
    return key.length <= MAX_ZOOM ? key : invalidArgument(`QuadKey must be ${MAX_ZOOM} characters or less`);
  }),
];
