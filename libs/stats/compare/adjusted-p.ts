/**
 * p-values of several tests so that, of those that are called changes below a level, no more than that share is chance:
 * Benjamini and Hochberg (1995), in the form that never falls with p. Same order as given.
 */
export function adjustedP(pValues: readonly number[]): number[] {
  const adjusted = pValues.map(() => 1);
  const falling = pValues.map((p, index) => ({ p, index })).toSorted((one, other) => other.p - one.p);
  let least = 1;
  for (const [at, { p, index }] of falling.entries()) {
    least = Math.min(least, (p * pValues.length) / (pValues.length - at));
    adjusted[index] = least;
  }
  return adjusted;
}
