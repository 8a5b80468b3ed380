/** Smaller differences are the way of an answer, and the whole seconds that its header tells. */
const TOLERANCE_MS = 3000;

let aheadMs = 0;

/** Looks how far the reader's clock is from the service's, by the `date` of an answer. */
export function compareClocks(date: string | null): void {
  const difference = Date.parse(date ?? '') - Date.now();
  aheadMs = Math.abs(difference) > TOLERANCE_MS ? difference : 0;
}

/** The service's time, epoch milliseconds: for how long ago something was. Measured times come from the service itself. */
export const nowMs = (): number => Date.now() + aheadMs;
