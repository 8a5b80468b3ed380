import type { Scalar } from './suite.schema.js';
import { placeholdersOf } from './placeholders.js';

const COMPARISON = /^\$\{([^}]+)\}\s*(<=|>=|==|!=|<|>)\s*(\S.*)$/;

const COMPARE: { readonly [operator: string]: (order: number) => boolean } = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
};

function orderOf(left: Scalar, right: string): number {
  const number = Number(right);
  if (typeof left === 'number' && !Number.isNaN(number)) return left - number;
  const text = right.replace(/^(["'])(.*)\1$/, '$2');
  return String(left) < text ? -1 : String(left) > text ? 1 : 0;
}

/** True when `when` compares an output. */
export const isComparison = (when: string): boolean => COMPARISON.test(when);

/**
 * Whether a comparison such as `${steps.limit.outputs.ratePerSecond} >= 1000` holds: numbers by value, all else as texts.
 * Undefined when the output is not there.
 */
export function holds(when: string, output: (name: string) => Scalar | undefined): boolean | undefined {
  const [, , operator = '', right = ''] = COMPARISON.exec(when) ?? [];
  const [name = ''] = placeholdersOf(when);
  const left = output(name);
  return left === undefined ? undefined : COMPARE[operator]?.(orderOf(left, right.trim()));
}
