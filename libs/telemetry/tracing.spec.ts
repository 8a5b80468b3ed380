import { describe, expect, it } from 'vitest';
import { tracesUrl } from './otlp-tracing.js';
import { formatTraceParent, noTracing, parseTraceParent } from './tracing.js';

const SOME = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

describe('a traceparent', () => {
  it('is read and written as W3C Trace Context has it', () => {
    const parsed = parseTraceParent(SOME);
    expect(parsed).toEqual({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true });
    expect(parsed && formatTraceParent(parsed)).toBe(SOME);
  });

  it.each([
    undefined,
    '',
    SOME.toUpperCase(),
    `01-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`,
    `${SOME}-more`,
  ])('%s is none', (text) => expect(parseTraceParent(text)).toBeUndefined());

  it('goes on to others when nothing is traced here', () => {
    expect(noTracing.start({ name: 'a', kind: 'server', parent: SOME }).traceParent).toBe(SOME);
    expect(noTracing.start({ name: 'a', kind: 'server', parent: 'x' }).traceParent).toBeUndefined();
  });
});

it.each([
  ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
  ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
  ['http://127.0.0.1:4318/v1/traces', 'http://127.0.0.1:4318/v1/traces'],
])('spans for %s go to %s', (url, expected) => expect(tracesUrl(url)).toBe(expected));
