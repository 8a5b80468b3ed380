import type { OperationSummary } from '#libs/contract/summary.js';
import type { AuditInput, Reason } from './audit.js';

export const degraded = (code: string, message: string): Reason => ({ code, level: 'degraded', message });
export const invalid = (code: string, message: string): Reason => ({ code, level: 'invalid', message });

/** Four significant digits, whole numbers whole. */
export const figure = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
export const percent = (share: number): string => `${figure(share * 100)} %`;

/** All operations together; undefined when nothing was measured. */
export const totalOf = ({ operations, evidence }: AuditInput): OperationSummary | undefined =>
  evidence.intervals === 0 ? undefined : operations['total'];
