import { describe, expect, it } from 'vitest';
import { LogImages } from './log-images.js';
import type { LogRow } from './log-reader.js';

const write = (writtenMicros: number, cells: LogRow['cells']): LogRow => ({
  operation: 'write',
  key: 'k',
  writtenMicros,
  cells,
});
const remove = (writtenMicros: number): LogRow => ({ operation: 'delete', key: 'k', writtenMicros, cells: {} });

describe('rows put together from the log', () => {
  const imageOf = (rows: readonly LogRow[]) => {
    const images = new LogImages();
    for (const row of rows) images.put(row);
    return images.row('k', 'seq', ['a', 'b', 'm']);
  };

  it('have of each cell what was written last, in whatever order changes come', () => {
    const rows = [
      write(10, { seq: 1n, a: 'old', b: true, m: new Map([['k1', 'v']]) }),
      write(20, { seq: 2n, a: 1.5, b: null }),
    ];
    const expected = { seq: 2, isMarkedDeleted: false, cells: ['1.5', null, '{"k1":"v"}'] };
    expect(imageOf(rows)).toEqual(expected);
    expect(imageOf(rows.toReversed())).toEqual(expected);
  });

  it('are gone with all that was written until they were deleted', () => {
    const rows = [write(10, { seq: 1n, a: 'x' }), remove(20)];
    expect(imageOf(rows)).toBeUndefined();
    expect(imageOf(rows.toReversed())).toBeUndefined();
    expect(imageOf([...rows, write(30, { seq: 2n })])).toEqual({
      seq: 2,
      isMarkedDeleted: false,
      cells: [null, null, null],
    });
  });

  it('are not there when nothing was written to them', () => {
    expect(new LogImages().row('k', 'seq', [])).toBeUndefined();
  });
});
