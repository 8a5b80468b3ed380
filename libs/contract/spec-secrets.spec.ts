import { describe, expect, it } from 'vitest';
import { withoutSecrets } from './spec-secrets.js';

describe('withoutSecrets', () => {
  it('takes the token of a scaler out, however deep in a suite it is', () => {
    const scaler = { type: 'scylla-cloud', token: 'secret', accountId: 1 };
    const suite = { steps: [{ id: 'a', run: { kind: 'soak', spec: { writers: 1, scaler } } }] };
    expect(withoutSecrets(suite)).toEqual({
      steps: [{ id: 'a', run: { kind: 'soak', spec: { writers: 1, scaler: { type: 'scylla-cloud', accountId: 1 } } } }],
    });
  });

  it('leaves all else as it is, the object itself among it', () => {
    const spec = { columns: { token: 'text' }, list: [1, { a: null }], scaler: { type: 'none' } };
    expect(withoutSecrets(spec)).toBe(spec);
  });
});
