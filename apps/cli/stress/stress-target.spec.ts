import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseStressCommand } from '#libs/stress/command-line.js';
import { targetOf } from './stress-target.js';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-nodes-'));
const contactPoints = (words: string) => targetOf(parseStressCommand(`write n=1 ${words}`).target).contactPoints;

describe('the nodes of a command line', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are this machine when none is named', () => {
    expect(contactPoints('')).toEqual(['127.0.0.1']);
    expect(contactPoints('-node 10.0.0.1,10.0.0.2')).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('stand in a file, one on each line', () => {
    const path = join(folder, 'nodes.txt');
    writeFileSync(path, '# rack 1\n10.0.0.1\r\n\n 10.0.0.2:9043 # the slow one\n');
    expect(contactPoints(`-node file=${path}`)).toEqual(['10.0.0.1', '10.0.0.2:9043']);
  });

  it('take a login from a file of properties, before which the line goes', () => {
    const path = join(folder, 'login.properties');
    const target = (words: string) =>
      targetOf(parseStressCommand(`write n=1 -credentials-file ${path} ${words}`).target);
    writeFileSync(path, '# of the test\ncql.username=perf\ncql.password : pa=ss \n');
    expect(target('')).toMatchObject({ username: 'perf', password: 'pa=ss' });
    expect(target('-mode user=other password=p')).toMatchObject({ username: 'other', password: 'p' });
    writeFileSync(path, 'cql.username=perf\n');
    expect(() => target('')).toThrow(/-credentials-file: expected cql\.username and cql\.password in /);
    writeFileSync(path, 'cql.username=perf\ncql.password=p\njmx.username=j\n');
    expect(() => target('')).toThrow(/expected cql\.username and cql\.password, found jmx\.username/);
  });

  it('are asked for when the file is absent or empty', () => {
    const path = join(folder, 'none.txt');
    expect(() => contactPoints(`-node file=${path}`)).toThrow(/-node file: .*none\.txt cannot be read: ENOENT/);
    writeFileSync(path, '# later\n');
    expect(() => contactPoints(`-node file=${path}`)).toThrow(
      /expected a node on each line of .*none\.txt, found none/,
    );
  });
});
