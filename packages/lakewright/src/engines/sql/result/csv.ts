/**
 * A line of Athena's result files: every value in double quotes, quotes inside doubled; NULL is nothing at all, so that
 * it differs from the empty text `""`.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`)).join(',')}\n`;
}
