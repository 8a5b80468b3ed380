import { describe, expect, it } from 'vitest';
import { parseEvent } from './events.js';

const data = { atMs: 1, from: null, to: 'queued', actor: 'api', reason: 'created' };

describe('a block of an event stream', () => {
  it('is an event with its id', () => {
    expect(parseEvent(`id: s1-i0.0-l0\nevent: status\ndata: ${JSON.stringify(data)}`)).toEqual({
      id: 's1-i0.0-l0',
      event: { type: 'status', data },
    });
  });

  it.each([': waiting', '', 'event: status\ndata: {"half":', 'id: 1\nevent: annotation\ndata: {}'])(
    'is nothing when it is a heartbeat, broken or of a kind that is not known: %j',
    (block) => {
      expect(parseEvent(block)).toBeUndefined();
    },
  );
});
