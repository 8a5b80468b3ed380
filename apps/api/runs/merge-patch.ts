import { issuesOf } from '#libs/contract/issues.js';
import { CreateRun } from '#libs/contract/run.js';
import type { Overrides } from '#libs/contract/schedule.js';
import { invalid } from '../problem/validation.pipe.js';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON merge patch, RFC 7386: objects are merged, null takes away, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged = new Map(isFields(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/** A definition with overrides, checked. Throws CodedError VALIDATION_FAILED with every problem. */
export function overridden(definition: unknown, overrides: Overrides | undefined): CreateRun {
  const body = overrides === undefined ? definition : mergePatch(definition, overrides);
  const parsed = CreateRun.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid(issuesOf(parsed.error, body), overrides === undefined ? 'definition' : 'definition with its overrides');
}
