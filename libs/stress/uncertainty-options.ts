import { readCount } from './distribution-text.js';
import type { Draft } from './draft.js';
import { found, type Apply } from './option-readers.js';

/** `err<0.02`: the relative error to reach. */
export const relativeError: Apply = (draft, value) => {
  const error = /^0?\.\d+$|^[01]$/.test(value ?? '') ? Number(value) : NaN;
  if (!(error >= 0 && error <= 1)) return `expected a relative error such as err<0.02, found ${found(value)}`;
  draft.uncertainty = { ...draft.uncertainty, relativeError: error };
  return undefined;
};

/** `n>30` and `n<200`: how many intervals at least and at most. */
export const uncertaintyBound =
  (bound: (intervals: number) => Draft['uncertainty']): Apply =>
  (draft, value) => {
    const intervals = readCount(value);
    if (intervals === undefined || intervals < 1)
      return `expected a number of intervals such as 30, found ${found(value)}`;
    draft.uncertainty = { ...draft.uncertainty, ...bound(intervals) };
    return undefined;
  };
