/** What the partner delivers, and where it goes in the raw zone: one folder a table. */
export const PARTNER_FILES = [
  { source: 'flights-3m.parquet', target: 'flights/flights-3m.parquet' },
  { source: 'airports.csv', target: 'airports/airports.csv' },
  { source: 'weather.csv', target: 'weather/weather.csv' },
  { source: 'birdstrikes.csv', target: 'birdstrikes/birdstrikes.csv' },
] as const;
