/** After so many tries a delivery has failed; with the default first pause the last try is about three hours after the first. */
export const MAX_ATTEMPTS = 12;

const LONGEST_MS = 3_600_000;

/**
 * Pause before the next try after `attempts` failed ones, or null when there is none: doubling from `firstMs`, an hour at
 * most, of which `random` (0 to 1) spreads the second half, so that receivers that come back are not met by all at once.
 */
export function pauseMs(attempts: number, firstMs: number, random: number): number | null {
  if (attempts >= MAX_ATTEMPTS) return null;
  const whole = Math.min(LONGEST_MS, firstMs * 2 ** (attempts - 1));
  return Math.round(whole / 2 + (whole / 2) * random);
}
