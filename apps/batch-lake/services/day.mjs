// What one day changes in the operations database: about 300 delays are corrected, 100 flights taken back, 200 added.

/**
 * The statements of a day, in SQL that PostgreSQL and DuckDB both understand.
 *
 * @param {number} day 1, 2, …
 * @returns {string[]}
 */
export function changesOfDay(day) {
  return [
    `UPDATE flights SET delay_minutes = delay_minutes + 60 WHERE flight_id % 10007 = ${day}`,
    `DELETE FROM flights WHERE flight_id % 30011 = ${day}`,
    `INSERT INTO flights SELECT flight_id + ${day} * 10000000, departed_at, delay_minutes + 1, distance_miles, origin, destination
     FROM flights WHERE flight_id % 15013 = ${day} AND flight_id < 10000000`,
  ];
}
