import { expect, it } from 'vitest';
import { exitCodeOf } from './exit-code.js';

const level = (name: 'valid' | 'degraded' | 'invalid') => ({ level: name, reasons: [] });

it.each([
  ['completed', 'passed', level('valid'), 0],
  ['completed', 'none', level('degraded'), 0],
  ['completed', 'failed', level('valid'), 3],
  ['completed', 'passed', level('invalid'), 4],
  // Nobody knows whether it was missed.
  ['completed', 'failed', level('invalid'), 4],
  ['failed', 'failed', level('invalid'), 1],
  ['cancelled', 'passed', level('valid'), 1],
  ['interrupted', 'none', null, 1],
] as const)('%s, verdict %s, %j ends with %i', (status, verdict, validity, code) => {
  expect(exitCodeOf({ status, verdict, validity })).toBe(code);
});
