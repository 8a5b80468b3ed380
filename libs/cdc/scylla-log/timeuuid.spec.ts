import { describe, expect, it } from 'vitest';
import { firstTimeuuid, microsOf } from './timeuuid.js';

describe('timeuuids', () => {
  it('tell the instant that they were made for, to the microsecond', () => {
    expect(microsOf(firstTimeuuid(1_795_274_278_861.007))).toBe(1_795_274_278_861_007);
    // The example of RFC 9562, A.1.
    expect(microsOf('c232ab00-9414-11ec-b3c8-9f6bdeced846')).toBe(Date.UTC(2022, 1, 22, 19, 22, 22) * 1000);
  });
});
