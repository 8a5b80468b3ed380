import { describe, expect, it } from 'vitest';
import { FileTally } from './file-tally.js';
import type { FileProgress } from './file-progress.js';

const START: FileProgress = {
  format: 1,
  name: 'a.csv',
  bytes: 1,
  modifiedMs: 1,
  rows: 0,
  rejected: 0,
  failed: 0,
  rejectBytes: 0,
  done: false,
};
const row = (index: number, fields: string[] = ['k', 'v']) => ({ index, line: index + 2, fields });

describe('the tally of a file', () => {
  it('counts only rows before the first undecided one, in whatever order they are decided', () => {
    const tally = new FileTally(START);
    tally.write(row(2));
    tally.reject(row(1), 'no');
    expect([tally.rows, tally.takeLines()]).toEqual([0, '']);
    tally.write(row(0));
    expect(tally.progress()).toMatchObject({ rows: 3, rejected: 1, failed: 0, done: false });
    expect(tally.takeLines()).toBe('3,no,"k,v"\r\n');
    expect(tally.takeLines()).toBe('');
  });

  it('keeps apart written, rejected and failed of many rows at once', () => {
    const tally = new FileTally(START);
    const order = Array.from({ length: 10_000 }, (_, index) => (index * 7919) % 10_000);
    for (const index of order) {
      if (index % 10 === 3) tally.reject(row(index), 'bad');
      else if (index % 10 === 7) tally.fail(row(index), 'lost');
      else tally.write(row(index));
    }
    tally.end(10_000);
    expect(tally.progress()).toMatchObject({ rows: 10_000, rejected: 1000, failed: 1000, done: true });
    expect(tally.written).toBe(8000);
    const lines = tally.takeLines().split('\r\n').slice(0, -1);
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(
      Array.from({ length: 10_000 }, (_, index) => index)
        .filter((index) => index % 10 === 3 || index % 10 === 7)
        .map((index) => index + 2),
    );
  });

  it('goes on from a progress', () => {
    const tally = new FileTally({ ...START, rows: 5, rejected: 2 });
    tally.write(row(6));
    expect(tally.reject(row(5), 'again')).toBe(3);
    tally.end(7);
    expect(tally.progress()).toMatchObject({ rows: 7, rejected: 3, done: true });
    expect(tally.resumedRows).toBe(5);
  });

  it('keeps the bytes of a row, quotes in a reason, and the raw line of one that cannot be taken apart', () => {
    const tally = new FileTally(START);
    tally.reject(row(0, ['Z\xfc', 'a,b']), 'found "ü"');
    tally.reject({ index: 1, line: 3, fields: ['1,"open'], problem: 'x' }, 'x');
    expect(tally.takeLines()).toBe('2,"found ""\xc3\xbc""","Z\xfc,""a,b"""\r\n3,x,"1,""open"\r\n');
  });
});
