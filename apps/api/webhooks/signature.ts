import { createHmac } from 'node:crypto';

/**
 * The header that proves who sent a delivery and when: `t=<seconds>,v1=<HMAC-SHA256 of "<t>.<body>", hexadecimal>`. The
 * receiver computes the same with its secret, compares in constant time, and refuses what is older than it likes.
 */
export const signatureOf = (secret: string, atMs: number, body: string): string => {
  const seconds = Math.floor(atMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
};
