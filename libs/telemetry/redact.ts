/** What stands in the place of a secret. */
const HIDDEN = '…';

const RULES: readonly [RegExp, string][] = [
  // Logins in URLs: postgres://user:password@host. What comes before the last @ of the authority is the login.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${HIDDEN}`],
  // password=x, "token": "x", -mode ... password=x; quoted values may hold blanks.
  [
    /("?\b[\w.-]*(?:password|passwd|secret|token|api[-_]?key|authorization)\b"?\s*[=:]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&})\]]+)/gi,
    `$1${HIDDEN}`,
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
];

/**
 * The text without logins, passwords, tokens and private keys. A last line of defence: nothing that knows a secret writes
 * it, but errors of drivers and servers repeat what they were given.
 */
export const redacted = (text: string): string =>
  RULES.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
