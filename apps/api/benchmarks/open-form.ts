import { CreateRun } from '#libs/contract/run.js';
import type { Overrides } from '#libs/contract/schedule.js';
import type { Sealable } from '#libs/store/platform/port.js';
import type { RunDefinition } from '#libs/workloads/driver.js';

/** Fields that are stored encrypted and never answered, whatever the kind. */
const SECRET_FIELDS = /(password|keypem|secret|token)$/i;

const withoutSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (SECRET_FIELDS.test(name) ? [] : [[name, withoutSecrets(inner)]])),
  );
};

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

/** Passwords in texts are still there. */
const sealable = (whole: object) => ({ open: fieldsOf(withoutSecrets(whole)), whole });

/**
 * A definition as it may be shown, beside the whole. `defined` is what is stored of a run of it: the command line of a
 * stress run has no password there.
 */
export function openForm(whole: CreateRun, defined: Pick<RunDefinition, 'kind' | 'spec'>): Sealable {
  const { open } = sealable(whole);
  const command = defined.kind === 'stress' ? fieldsOf(defined.spec)['command'] : undefined;
  const said = whole.kind === 'stress' && 'command' in whole.spec;
  return { open: said && command !== undefined ? { ...open, spec: { ...whole.spec, command } } : open, whole };
}

/** Overrides as they may be shown, beside the whole. `definition` is the definition with them, as it may be shown. */
export function openOverrides(whole: Overrides, definition: object): Sealable {
  const { open } = sealable(whole);
  const shown = fieldsOf(fieldsOf(definition)['spec'])['command'];
  if (typeof fieldsOf(whole['spec'])['command'] !== 'string' || shown === undefined) return { open, whole };
  return { open: { ...open, spec: { ...fieldsOf(open['spec']), command: shown } }, whole };
}
