/** How every kind of failed operation is called, in the API, the store and the logs. */
export const OUTCOMES = [
  'ok',
  'clientTimeout',
  'connectionLost',
  'noHost',
  'overloaded',
  'rateLimited',
  'unavailable',
  'writeTimeout',
  'readTimeout',
  'writeFailure',
  'readFailure',
  'validation',
  'missing',
  'invalid',
  'unauthorized',
  'sessionExpired',
  'sessionMoved',
  'conflict',
  'serverError',
  'other',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
