import type { Run } from './connection.js';
import { el } from './element.js';

const badge = (tone: string, text: string, title: string): HTMLElement =>
  el('span', { class: `badge ${tone}`, title }, text);

const STATUS_TONES: Readonly<Record<Run['status'], string>> = {
  queued: 'waiting',
  preparing: 'waiting',
  ready: 'waiting',
  running: 'active',
  finishing: 'active',
  completed: 'plain',
  failed: 'bad',
  cancelled: 'muted',
  interrupted: 'bad',
};

export const statusBadge = (status: Run['status']): HTMLElement =>
  badge(STATUS_TONES[status], status, 'Status: how far the run is');

const VERDICTS: Readonly<Record<Run['verdict'], { tone: string; text: string }>> = {
  passed: { tone: 'good', text: '✓ passed' },
  failed: { tone: 'bad', text: '✗ failed' },
  none: { tone: 'muted', text: 'no verdict' },
};

/** Whether the thresholds were met. */
export function verdictBadge(verdict: Run['verdict']): HTMLElement {
  const { tone, text } = VERDICTS[verdict];
  return badge(tone, text, 'Verdict: whether the thresholds were met');
}

const VALIDITY_TONES = { valid: 'good outlined', degraded: 'warn outlined', invalid: 'bad outlined' } as const;

/** Whether the measurement can be believed. */
export function validityBadge(validity: Run['validity']): HTMLElement {
  const title = 'Validity: whether the measurement can be believed';
  if (validity === null) return badge('muted outlined', 'not judged', title);
  const reasons = validity.reasons.map(({ message }) => message).join('\n');
  return badge(VALIDITY_TONES[validity.level], validity.level, reasons === '' ? title : `${title}\n${reasons}`);
}

export const simulatedBadge = (simulated: boolean | null): HTMLElement | null =>
  simulated === true
    ? badge('sim', 'simulated', 'The target was the simulator: figures say nothing of a real one')
    : null;

const ENDED: ReadonlySet<Run['status']> = new Set(['completed', 'failed', 'cancelled', 'interrupted']);
export const hasEnded = ({ status }: Pick<Run, 'status'>): boolean => ENDED.has(status);
