/** Days whose orders come late on each day, besides its own. */
const LATE = 12;
const ORDERS = 60;

export interface Arrival {
  readonly key: string;
  readonly text: string;
}

/** What arrives on a day: orders of that day and of days before, one of them without an amount, and new customers. */
export function arrivals(day: number): [orders: Arrival, customers: Arrival] {
  const orders = Array.from({ length: ORDERS }, (_, index) => ({
    order_id: day * 1000 + index,
    customer_id: (index % (day * 4)) + 1,
    amount: ((index * 37 + day * 11) % 500) / 4,
    ordered_on: date(day + 20 - (index % LATE)),
  }));
  const records = [...orders, { order_id: day * 1000 + ORDERS, customer_id: 1, amount: 'none', ordered_on: date(day) }];
  const customers = Array.from({ length: 4 }, (_, index) => {
    const id = (day - 1) * 4 + index + 1;
    return `${id},Customer ${id},${id % 2 === 0 ? 'EU' : 'NA'}`;
  });
  return [
    { key: `arrivals/orders/day-${day}.json`, text: records.map((one) => `${JSON.stringify(one)}\n`).join('') },
    { key: `arrivals/customers/day-${day}.csv`, text: `customer_id,name,region\n${customers.join('\n')}\n` },
  ];
}

const date = (day: number): string => `2026-01-${String(day).padStart(2, '0')}`;

/** By what revenue is divided: zero is a mistake that a query fails at. */
export const divisors = (eu: number): Arrival => ({
  key: 'divisors/divisors.json',
  text: `{"region": "EU", "divisor": ${eu}}\n{"region": "NA", "divisor": 1}\n`,
});
