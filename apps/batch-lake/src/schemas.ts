import { TableColumn } from '@lakewright/etl';
import { FileColumn, FileSchema } from '@lakewright/ingestion';
import * as glue from 'aws-cdk-lib/aws-glue';

const { Schema } = glue;

/** What DMS adds to each row: the kind of a change, when it was committed, and its place among all changes. */
const CHANGE: glue.Column[] = [
  { name: 'op', type: Schema.STRING },
  { name: 'dms_timestamp', type: Schema.STRING },
  { name: 'change_sequence', type: Schema.STRING },
];

/** A table of the operations database, as it lies in the raw zone. */
export interface ReplicatedTable {
  readonly primaryKey: string[];
  /** Those of the database. */
  readonly columns: glue.Column[];
}

export const REPLICATED: Record<string, ReplicatedTable> = {
  flights: {
    primaryKey: ['flight_id'],
    columns: [
      { name: 'flight_id', type: Schema.BIG_INT },
      { name: 'departed_at', type: Schema.TIMESTAMP },
      { name: 'delay_minutes', type: Schema.INTEGER },
      { name: 'distance_miles', type: Schema.INTEGER },
      { name: 'origin', type: Schema.STRING },
      { name: 'destination', type: Schema.STRING },
    ],
  },
  airports: {
    primaryKey: ['iata'],
    columns: [
      { name: 'iata', type: Schema.STRING },
      { name: 'name', type: Schema.STRING },
      { name: 'city', type: Schema.STRING },
      { name: 'state', type: Schema.STRING },
      { name: 'country', type: Schema.STRING },
      { name: 'latitude', type: Schema.DOUBLE },
      { name: 'longitude', type: Schema.DOUBLE },
    ],
  },
};

/** The columns of the files: those of the database and those that DMS adds. */
export const filesOf = (columns: glue.Column[]): glue.Column[] => [...CHANGE, ...columns];

/** A flight's state in the converted zone: one that doesn't say where it goes is no flight. */
const REQUIRED = ['flight_id', 'departed_at', 'origin', 'destination'];
export const FLIGHT_CHANGES: TableColumn[] = filesOf(REPLICATED.flights?.columns ?? []).map(({ name, type }) =>
  TableColumn.of(name, type, { required: REQUIRED.includes(name) }),
);

/** A record of the wildlife agency's API. */
export const STRIKES: glue.Column[] = [
  { name: 'strike_id', type: Schema.BIG_INT },
  { name: 'airport_name', type: Schema.STRING },
  { name: 'aircraft', type: Schema.STRING },
  { name: 'damage', type: Schema.STRING },
  { name: 'flight_date', type: Schema.DATE },
  { name: 'operator', type: Schema.STRING },
  { name: 'state', type: Schema.STRING },
  { name: 'phase', type: Schema.STRING },
  { name: 'wildlife_size', type: Schema.STRING },
  { name: 'species', type: Schema.STRING },
  { name: 'time_of_day', type: Schema.STRING },
  { name: 'total_cost_dollars', type: Schema.DOUBLE },
  { name: 'speed_knots', type: Schema.DOUBLE },
  { name: 'last_modified', type: Schema.TIMESTAMP },
];

/** Fields of the CRM's contacts, and what they are called in the lake. */
export const CUSTOMER_FIELDS = [
  ['Id', 'customer_id'],
  ['FirstName', 'first_name'],
  ['LastName', 'last_name'],
  ['Email', 'email'],
  ['Phone', 'phone'],
  ['Birthdate', 'birth_date'],
  ['MailingCity', 'city'],
  ['MailingState', 'state'],
  ['MailingCountry', 'country'],
  ['HomeAirport', 'home_airport'],
  ['Miles', 'miles'],
  ['Newsletter', 'newsletter'],
  ['SystemModstamp', 'last_modified'],
] as const;

/** Customers as AppFlow writes them: texts. */
export const CUSTOMERS: glue.Column[] = CUSTOMER_FIELDS.map(([, name]) => ({ name, type: Schema.STRING }));

/** Each run of the flow brings all customers: those of the latest one, by when the CRM changed them. */
export const latestCustomers = (database: string): string => {
  const columns = CUSTOMERS.map(({ name }) => name).join(', ');
  return `SELECT ${columns}
FROM (
  SELECT ${columns}, row_number() OVER (PARTITION BY customer_id ORDER BY last_modified DESC) AS place
  FROM "${database}"."customers"
)
WHERE place = 1`;
};

/** The data sets: dbt's model of the same name makes these columns. */
export const DATASETS: Record<string, glue.Column[]> = {
  delays_by_airport_month: [
    { name: 'airport', type: Schema.STRING },
    { name: 'airport_name', type: Schema.STRING },
    { name: 'city', type: Schema.STRING },
    { name: 'state', type: Schema.STRING },
    { name: 'month', type: Schema.STRING },
    { name: 'flights', type: Schema.BIG_INT },
    { name: 'total_delay_minutes', type: Schema.BIG_INT },
    { name: 'average_delay_minutes', type: Schema.DOUBLE },
    { name: 'delayed_flights', type: Schema.BIG_INT },
    { name: 'delayed_percent', type: Schema.DOUBLE },
  ],
  worst_routes: [
    { name: 'route_rank', type: Schema.BIG_INT },
    { name: 'origin', type: Schema.STRING },
    { name: 'destination', type: Schema.STRING },
    { name: 'flights', type: Schema.BIG_INT },
    { name: 'distance_miles', type: Schema.INTEGER },
    { name: 'total_delay_minutes', type: Schema.BIG_INT },
    { name: 'average_delay_minutes', type: Schema.DOUBLE },
    { name: 'worst_delay_minutes', type: Schema.INTEGER },
  ],
  weather_delay: [
    { name: 'location', type: Schema.STRING },
    { name: 'airport', type: Schema.STRING },
    { name: 'month_of_year', type: Schema.BIG_INT },
    { name: 'average_precipitation_mm', type: Schema.DOUBLE },
    { name: 'average_wind_metres_per_second', type: Schema.DOUBLE },
    { name: 'wet_days_percent', type: Schema.DOUBLE },
    { name: 'flights', type: Schema.BIG_INT },
    { name: 'total_delay_minutes', type: Schema.BIG_INT },
    { name: 'average_delay_minutes', type: Schema.DOUBLE },
  ],
  customers: [
    { name: 'customer_id', type: Schema.STRING },
    { name: 'first_name', type: Schema.STRING },
    { name: 'last_name', type: Schema.STRING },
    { name: 'email', type: Schema.STRING },
    { name: 'phone', type: Schema.STRING },
    { name: 'birth_date', type: Schema.DATE },
    { name: 'region', type: Schema.STRING },
    { name: 'home_airport', type: Schema.STRING },
    { name: 'miles', type: Schema.BIG_INT },
    { name: 'newsletter', type: Schema.BOOLEAN },
  ],
};

/** The data set with personal data. */
export const PERSONAL = 'customers';

/** The planners' spreadsheet: a title, an empty row, then the header. */
export const TARGETS = new FileSchema({
  headerRow: 3,
  columns: [
    FileColumn.string('airport', { header: 'Airport', required: true }),
    FileColumn.decimal('target_minutes', 5, 1, { header: 'Target (minutes)', required: true }),
    FileColumn.date('valid_from', { header: 'Valid from', required: true }),
    FileColumn.double('on_time_share', { header: 'Share on time' }),
    FileColumn.string('owner', { header: 'Owner' }),
  ],
});
