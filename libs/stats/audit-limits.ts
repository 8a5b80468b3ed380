/** The limits of every rule of validity, in one place. Shares are 0 to 1. */
export const LIMITS = {
  /** A load thread that did not look at its sockets for so long measured itself. */
  eventLoopDelayDegradedMs: 100,
  eventLoopDelayInvalidMs: 1000,
  /** Share of a core that a load thread may use; above it, latencies hold the generator's own queue. */
  loadDegraded: 0.97,
  /** Share of the whole intervals that may be above it. */
  loadIntervalsDegraded: 0.5,
  /** Shorter intervals say nothing about load. */
  shortestJudgedMs: 500,
  /** Share of a whole interval that garbage collection took. */
  gcShareDegraded: 0.1,
  /** Setting a wall clock shifts the intervals of one executor against the others. */
  clockJumpDegradedMs: 50,
  /** Median time between due and started. */
  waitMedianDegradedMs: 5,
  /** Share of the operations that found all threads busy when they were due. */
  capHitsDegraded: 0.01,
  /** Achieved share of the asked rate, in whole intervals after the first. */
  rateMetDegraded: 0.99,
  rateMetInvalid: 0.9,
  droppedDegraded: 0,
  droppedInvalid: 0.05,
  /** Scheduled, but neither ended nor dropped when the run was over. */
  abandonedDegraded: 0.01,
  failedDegraded: 0.01,
  failedInvalid: 0.5,
  coverageDegraded: 0.99,
  coverageInvalid: 0.5,
  /** A 99th percentile needs 10 samples beyond it. */
  samplesDegraded: 1000,
  /** Little's law: rate x mean service time may exceed the threads by so much, */
  inFlightAbove: 0.1,
  /** and in a free-running closed loop fall short of them by so much. */
  inFlightBelow: 0.25,
  /** Shorter runs are all beginning and end. */
  shortestLawMs: 1000,
} as const;
