/** Left-aligned text, right-aligned numbers, two spaces between the columns. */
export function tableText(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const text = (cell: string | number): string =>
    typeof cell === 'number' ? cell.toLocaleString('en-US', { maximumFractionDigits: 2 }) : cell;
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => text(row[column] ?? '').length)),
  );
  const line = (cells: readonly (string | number)[], like: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof like[column] === 'number' ? text(cell).padStart(width) : text(cell).padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(head, rows[0] ?? []), ...rows.map((row) => line(row, row)), ''].join('\n');
}
