import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/coded-error.js';
import { formatStressCommand } from './command-format.js';
import { parseStressCommand } from './command-line.js';

const issuesOf = (line: string): string[] => {
  try {
    parseStressCommand(line);
  } catch (error) {
    if (error instanceof CodedError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
};

describe('what a command line says of its output', () => {
  it('is nothing by default', () => {
    expect(parseStressCommand('write n=1').output).toEqual({ style: 'cassandra-stress' });
  });

  it('keeps file, title, revision and name of a picture as they are written', () => {
    const { output } = parseStressCommand('write n=1 -graph file=Out/G.html title=Load revision=V1 op=Mine');
    expect(output.graph).toEqual({ file: 'Out/G.html', title: 'Load', revision: 'V1', operation: 'Mine' });
    expect(parseStressCommand('write n=1 -graph file=g.html').output.graph).toEqual({
      file: 'g.html',
      revision: 'unknown',
    });
  });

  it.each([
    'write n=1 -graph file=g.html title=Load revision=a op=mine',
    'write n=1 -log file=run.log level=verbose style=pystress hdrfile=run.hdr',
    'write n=1 -log level=minimal',
  ])('is the same after formatting: %s', (line) => {
    const { spec, target, output } = parseStressCommand(line);
    expect(parseStressCommand(formatStressCommand(spec, target, output))).toEqual({ spec, target, output });
  });

  it.each([
    ['write n=1 -graph title=Load', '-graph file: expected -graph file=F.html, found no file'],
    ['write n=1 -graph file=', '-graph file: expected an HTML file, found nothing'],
    ['write n=1 -log level=loud', '-log level: expected level=minimal, normal, verbose, found loud'],
    ['write n=1 -log style=nice', '-log style: expected style=cassandra-stress or style=pystress, found nice'],
    ['write n=1 -log operations', '-log operations: unknown option operations'],
    ['write n=1 -log print-statements-on-error=yes', 'print-statements-on-error: expected no value, found yes'],
  ])('is refused by name: %s', (line, expected) => {
    expect(issuesOf(line).join('\n')).toContain(expected);
  });
});
