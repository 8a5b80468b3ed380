/** The connection was never made, so nothing was asked. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** fetch wraps the socket's error, which may stand for several addresses. */
const innermost = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return cause.errors[0];
  return cause ?? error;
};

/** Whether a call that threw may have reached the other side. */
export const wasSent = (error: unknown): boolean => !NEVER_SENT.has(codeOf(innermost(error)) ?? '');

/** Why a call threw, in a few words. */
export const causeOf = (error: unknown): string => {
  const inner = innermost(error);
  return codeOf(inner) ?? (inner instanceof Error ? inner.message : String(inner));
};
