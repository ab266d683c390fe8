// The data sets of the sample lake by Athena's SQL alone, from raw files: node lake-data.cjs <cdk.out>
const { App, Stack, aws_glue: glue, aws_s3: s3 } = require('aws-cdk-lib');
const { LakeCatalog } = require('../../packages/catalog');
const { AthenaWorkgroup } = require('../../packages/consumption');
const { DataLocation, LakeEnvironment } = require('../../packages/core');
const { AthenaOutput, AthenaSql, AthenaTransform, SqlParameter } = require('../../packages/etl');
const { LakePipeline, PipelineStep } = require('../../packages/orchestration');
const { LakeStorage } = require('../../packages/storage');

const app = new App({ outdir: process.argv[2] });
const stack = new Stack(app, 'Bench');
const environment = LakeEnvironment.sandbox();
const storage = new LakeStorage(stack, 'Storage', { environment });
const catalog = new LakeCatalog(stack, 'Catalog', { storage, environment });
const workgroup = new AthenaWorkgroup(stack, 'Queries', { environment, enforced: false });
const source = s3.Bucket.fromBucketName(stack, 'Source', 'source');

const { STRING, TIMESTAMP, INTEGER, DOUBLE } = glue.Schema;
const declare = (tableName, dataFormat, columns, parameters = {}) =>
  new glue.S3Table(stack, tableName, {
    database: catalog.raw,
    tableName,
    columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
    dataFormat,
    storage: glue.S3TableStorage.fromBucket(source),
    s3Prefix: `${tableName}/`,
    parameters,
  });
declare('flights', glue.DataFormat.PARQUET, {
  date: TIMESTAMP,
  delay: INTEGER,
  distance: INTEGER,
  origin: STRING,
  destination: STRING,
});
declare('airports', glue.DataFormat.PARQUET, { iata: STRING, name: STRING, city: STRING, state: STRING });
declare('weather', glue.DataFormat.PARQUET, {
  location: STRING,
  date: TIMESTAMP,
  precipitation: DOUBLE,
  wind: DOUBLE,
  weather: STRING,
});

const raw = (name) => SqlParameter.table(catalog.raw.dataset(name, { location: DataLocation.of(source, name) }));
const transform = (database, tableName, text, parameters, output) =>
  new AthenaTransform(stack, `Make-${tableName}`, {
    database,
    tableName,
    sql: AthenaSql.fromText(text, { parameters }),
    workgroup,
    output,
  });
const flights = transform(
  catalog.converted,
  'flights',
  `SELECT date AS departed_at, delay AS delay_minutes, distance AS distance_miles, origin, destination,
     date_format(date, '%Y-%m') AS month
   FROM {{flights}}`,
  { flights: raw('flights') },
  AthenaOutput.view({ partitionedBy: ['month'], compression: 'SNAPPY' }),
);
const version = { flights: SqlParameter.version(flights) };
const snappy = AthenaOutput.view({ compression: 'SNAPPY' });
const datasets = [
  transform(
    catalog.datasets,
    'delays_by_airport_month',
    `SELECT f.origin, a.name, a.city, a.state, f.month, count(*) AS flights, sum(f.delay_minutes) AS total,
       round(avg(CAST(f.delay_minutes AS double)), 2) AS average, count_if(f.delay_minutes > 15) AS late,
       round(100e0 * count_if(f.delay_minutes > 15) / count(*), 2) AS late_percent
     FROM {{flights}} f LEFT JOIN {{airports}} a ON a.iata = f.origin
     GROUP BY f.origin, a.name, a.city, a.state, f.month`,
    { ...version, airports: raw('airports') },
    snappy,
  ),
  transform(
    catalog.datasets,
    'worst_routes',
    `SELECT rank() OVER (ORDER BY late DESC) AS route_rank, routes.* FROM (
       SELECT origin, destination, count(*) AS flights, max(distance_miles) AS distance, sum(delay_minutes) AS total,
         round(avg(CAST(delay_minutes AS double)), 2) AS late, max(delay_minutes) AS worst
       FROM {{flights}} GROUP BY origin, destination HAVING count(*) >= 181) routes`,
    version,
    snappy,
  ),
  transform(
    catalog.datasets,
    'weather_delay',
    `WITH climate AS (
       SELECT location, month(date) AS m, round(avg(precipitation), 2) AS p, round(avg(wind), 2) AS w,
         round(100e0 * count_if(weather IN ('rain', 'snow')) / count(*), 1) AS wet
       FROM {{weather}} GROUP BY location, month(date)),
     served (location, airport) AS (VALUES ('Seattle', 'SEA'), ('New York', 'JFK'), ('New York', 'LGA'), ('New York', 'EWR'))
     SELECT s.location, s.airport, c.m, c.p, c.w, c.wet, count(*) AS flights, sum(f.delay_minutes) AS total,
       round(avg(CAST(f.delay_minutes AS double)), 2) AS average
     FROM {{flights}} f JOIN served s ON s.airport = f.origin JOIN climate c ON c.location = s.location AND c.m = month(f.departed_at)
     GROUP BY 1, 2, 3, 4, 5, 6`,
    { ...version, weather: raw('weather') },
    snappy,
  ),
];
const step = (verb, task, one) => PipelineStep.of(task, { name: `${verb} ${one.dataset.tableName}` });
new LakePipeline(stack, 'Lake', {
  stages: [
    [step('Make', flights.make, flights)],
    datasets.map((one) => step('Make', one.make, one)),
    [flights, ...datasets].map((one) => step('Publish', one.publish, one)),
    [flights, ...datasets].map((one) => step('Retire', one.retire, one)),
  ],
  environment,
});
app.synth();
