import type { Matrix, Scalar } from './suite.schema.js';

export type Combination = Record<string, Scalar>;

const has = (combination: Combination, part: Combination): boolean =>
  Object.entries(part).every(([axis, value]) => combination[axis] === value);

/** The combinations of a matrix: axes multiplied, the last one running fastest, without the exclusions; then the inclusions. */
export function combinationsOf({ axes, exclude, include }: Matrix): Combination[] {
  const product = Object.entries(axes).reduce<Combination[]>(
    (rows, [axis, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [axis]: value }))),
    [{}],
  );
  const kept = product.filter((row) => Object.keys(row).length > 0 && !exclude.some((part) => has(row, part)));
  return [...kept, ...include.filter((row) => !kept.some((other) => has(other, row)))];
}

/** `threads=8,size=1k`, the name of one combination. */
export const combinationName = (combination: Combination): string =>
  Object.entries(combination)
    .map(([axis, value]) => `${axis}=${String(value)}`)
    .join(',');

/** What is wrong with a matrix, as a path below it and a message. */
export function matrixProblems({ axes, exclude, include }: Matrix): { path: string; message: string }[] {
  const names = Object.keys(axes);
  if (names.length === 0 && include.length === 0) return [{ path: 'axes', message: 'expected at least one axis' }];
  const known = names.length > 0 ? names : Object.keys(include[0] ?? {});
  const unknown = exclude.flatMap((part, index) =>
    Object.keys(part)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: `exclude[${index}].${name}`,
        message: `expected one of the axes ${known.join(', ')}, found ${name}`,
      })),
  );
  const partial = include.flatMap((row, index) => {
    const missing = known.filter((name) => !(name in row));
    const more = Object.keys(row).filter((name) => !known.includes(name));
    return missing.length + more.length === 0
      ? []
      : [
          {
            path: `include[${index}]`,
            message: `expected a value for each of ${known.join(', ')}, found ${Object.keys(row).join(', ')}`,
          },
        ];
  });
  return [...unknown, ...partial];
}
