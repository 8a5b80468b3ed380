import { CreateRun } from '#libs/contract/run.js';
import type { Sealable } from '#libs/store/platform/port.js';

/** Fields that are stored encrypted and never answered, whatever the kind. */
const SECRET_FIELDS = /(password|keypem|secret|token)$/i;

const withoutSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (SECRET_FIELDS.test(name) ? [] : [[name, withoutSecrets(inner)]])),
  );
};

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** A part of a definition as it may be shown, beside the whole. */
export const sealable = (whole: object): Sealable => ({ open: asObject(withoutSecrets(whole)), whole });

/**
 * A definition as it may be shown, beside the whole. `command` is the stored form of a stress run's command line, which
 * has no password.
 */
export function openForm(whole: CreateRun, command: string | undefined): Sealable {
  const { open } = sealable(whole);
  const said = whole.kind === 'stress' && 'command' in whole.spec;
  return { open: said && command !== undefined ? { ...open, spec: { ...whole.spec, command } } : open, whole };
}
