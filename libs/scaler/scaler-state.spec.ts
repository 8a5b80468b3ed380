import { describe, expect, it } from 'vitest';
import { advance } from './scaler-machine.js';
import { initialState, ScalerState } from './scaler-state.js';

const POLL_MS = 20_000;
const settings = {
  minNodes: 3,
  maxNodes: 6,
  pollMs: POLL_MS,
  stableMs: POLL_MS,
  resizeDeadlineMs: 600_000,
  firstAfterMs: 0,
  isRepeatable: false,
};

describe('the state of a scaler', () => {
  it('is as large after months of resizes as after days, and forgets none of its counts', () => {
    let state = initialState(0);
    let nodes = 3;
    let nowMs = 0;
    const sizes: number[] = [];
    while (state.completedResizes < 2_000) {
      nowMs += POLL_MS;
      const view = { nodes, isHealthy: true, trouble: '', active: [], knownIds: [], own: undefined };
      const step = advance(state, { kind: 'looked', view }, settings, nowMs);
      state = step.state;
      if (step.ask === null) continue;
      nodes = step.ask.to;
      state = advance(
        state,
        { kind: 'answered', answer: { kind: 'accepted', requestId: null } },
        settings,
        nowMs,
      ).state;
      sizes.push(JSON.stringify(state).length);
    }
    expect(state.resizes).toHaveLength(500);
    expect(state.omittedResizes + state.resizes.length).toBe(2_001);
    expect(state.resizes.at(-1)?.number).toBe(2_001);
    // Numbers and times have more digits, no more than that.
    expect((sizes.at(-1) ?? Infinity) / (sizes[600] ?? 1)).toBeLessThan(1.05);
    expect(ScalerState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('of a version that did not count tries is gone on with', () => {
    const former = { ...initialState(0), phase: 'asking', intent: { from: 3, to: 6, requestId: null, knownIds: [] } };
    expect(ScalerState.parse(former).intent?.tries).toBe(1);
  });
});
