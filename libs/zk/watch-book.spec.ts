import { describe, expect, it } from 'vitest';
import { CODE } from './protocol.js';
import { WatchBook, type WatchEvent } from './watch-book.js';

describe('the watches of a session', () => {
  const told: string[] = [];
  const watcher = ({ type, path }: WatchEvent) => void told.push(`${type} ${path}`);
  const armed = () => {
    told.length = 0;
    return new WatchBook();
  };

  it('are told once of what concerns them', () => {
    const book = armed();
    book.answered({ asked: 'data', path: '/a', watcher }, CODE.OK);
    book.answered({ asked: 'children', path: '/a', watcher }, CODE.OK);
    book.tell('childrenChanged', '/a', '/a');
    book.tell('childrenChanged', '/a', '/a');
    book.tell('deleted', '/a', '/shown');
    book.tell('deleted', '/a', '/shown');
    expect(told).toEqual(['childrenChanged /a', 'deleted /shown']);
    expect(book.size).toBe(0);
  });

  it('of a deleted znode tell a watcher of data and children once', () => {
    const book = armed();
    book.answered({ asked: 'data', path: '/a', watcher }, CODE.OK);
    book.answered({ asked: 'children', path: '/a', watcher }, CODE.OK);
    book.tell('deleted', '/a', '/a');
    expect(told).toEqual(['deleted /a']);
  });

  it('count only when the server has armed them: absence by exists alone', () => {
    const book = armed();
    book.answered({ asked: 'data', path: '/a', watcher }, CODE.NO_NODE);
    book.answered({ asked: 'children', path: '/a', watcher }, CODE.CONNECTION_LOSS);
    expect(book.size).toBe(0);
    book.answered({ asked: 'exists', path: '/a', watcher }, CODE.NO_NODE);
    expect(book.batches()).toEqual([{ data: [], absence: ['/a'], children: [] }]);
    book.tell('created', '/a', '/a');
    expect(told).toEqual(['created /a']);
  });

  it('are armed anew in requests of bounded size, each path once', () => {
    const book = armed();
    const paths = Array.from({ length: 5000 }, (_, index) => `/${'p'.repeat(90)}${index}`);
    for (const path of paths) book.answered({ asked: 'data', path, watcher }, CODE.OK);
    const batches = book.batches();
    expect(batches.flatMap(({ data }) => data)).toEqual(paths);
    const bytes = batches.map(({ data }) => data.reduce((sum, path) => sum + 4 + path.length, 0));
    expect(Math.max(...bytes)).toBeLessThan(132 * 1024);
    expect(batches).toHaveLength(4);
  });

  it('all hear of the end of the session', () => {
    const book = armed();
    book.answered({ asked: 'data', path: '/x/a', watcher }, CODE.OK);
    book.answered({ asked: 'exists', path: '/x/b', watcher }, CODE.NO_NODE);
    book.expire((path) => path.slice(2));
    expect(told).toEqual(['session /a', 'session /b']);
    expect(book.size).toBe(0);
  });
});
