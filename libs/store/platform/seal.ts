import type { Vault } from '../vault.js';

/** What of a definition has to be encrypted: all of it when it holds a secret, nothing otherwise. */
export function sealOf(vault: Vault, open: unknown, whole: unknown): string | null {
  const text = JSON.stringify(whole);
  return text === undefined || text === JSON.stringify(open) ? null : vault.seal(text);
}
