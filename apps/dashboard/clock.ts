/** The reader's clock, epoch milliseconds: for how long ago something was. Measured times come from the service. */
export const nowMs = (): number => Date.now();
