// A CRM that answers queries as Salesforce's REST API does, with two thousand made-up customers (always the same ones).
import { faker } from '@faker-js/faker';
import { serveJson } from './serve-http.mjs';
import { runSoql } from './soql.mjs';

const CONTACTS = 2000;
const PAGE = 500;
const COUNTRIES = ['US', 'US', 'US', 'CA', 'DE', 'FR', 'NL'];

faker.seed(20010101);
const contacts = Array.from({ length: CONTACTS }, (_, index) => {
  const [FirstName, LastName] = [faker.person.firstName(), faker.person.lastName()];
  return {
    Id: `003${String(index).padStart(12, '0')}`,
    FirstName,
    LastName,
    Email: faker.internet.email({ firstName: FirstName, lastName: LastName, provider: 'example.com' }).toLowerCase(),
    Phone: faker.phone.number({ style: 'international' }),
    Birthdate: faker.date
      .birthdate({ min: 18, max: 90, mode: 'age', refDate: '2001-07-01' })
      .toISOString()
      .slice(0, 10),
    MailingCity: faker.location.city(),
    MailingState: faker.location.state({ abbreviated: true }),
    MailingCountry: COUNTRIES[index % COUNTRIES.length],
    HomeAirport: faker.helpers.arrayElement(['ATL', 'DEN', 'DFW', 'JFK', 'LAX', 'ORD', 'SEA', 'SFO']),
    Miles: faker.number.int({ min: 0, max: 400_000 }),
    Newsletter: faker.datatype.boolean(),
    SystemModstamp: faker.date.between({ from: '2000-01-01', to: '2001-07-01' }).toISOString().replace('Z', '+0000'),
  };
});
const cursors = new Map();

serveJson((url) => {
  const [, version, rest] = /^\/services\/data\/(v\d+\.\d+)\/query(?:All)?(?:\/(.+))?\/?$/.exec(url.pathname) ?? [];
  if (!version) return refusal('NOT_FOUND', `there is no ${url.pathname}`, 404);
  if (rest) return cursors.has(rest) ? page(version, rest) : refusal('INVALID_QUERY_LOCATOR', rest);
  try {
    const records = runSoql(url.searchParams.get('q') ?? '', { Contact: contacts });
    if (typeof records === 'number') return { body: { totalSize: records, done: true, records: [] } };
    const locator = `01g${cursors.size}`;
    cursors.set(`${locator}-0`, records);
    return page(version, `${locator}-0`);
  } catch (error) {
    return refusal('MALFORMED_QUERY', error.message);
  }
});

function page(version, cursor) {
  const [locator, start] = cursor.split('-');
  const records = cursors.get(cursor);
  const next = Number(start) + PAGE;
  const done = next >= records.length;
  if (!done) cursors.set(`${locator}-${next}`, records);
  return {
    body: {
      totalSize: records.length,
      done,
      ...(done ? {} : { nextRecordsUrl: `/services/data/${version}/query/${locator}-${next}` }),
      records: records.slice(Number(start), next),
    },
  };
}

function refusal(errorCode, message, status = 400) {
  return { status, body: [{ errorCode, message }] };
}
