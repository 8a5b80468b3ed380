import { z } from 'zod';

/** What goes wrong with a call, so many times. */
const CallFault = z
  .strictObject({
    call: z
      .enum(['any', 'nodes', 'dcs', 'cluster', 'requests', 'request', 'resize'])
      .default('any')
      .describe('Which of the calls'),
    kind: z.enum([
      'error-in-200',
      'bare-integer',
      'throttled',
      'empty-500',
      'html-502',
      'slow',
      'lost-before',
      'lost-after',
      'slow-answer',
      'echo-token',
    ]),
    skip: z.int().min(0).default(0).describe('Calls that go well before'),
    times: z.int().min(1).default(1),
    code: z.string().default('000001').describe('Of error-in-200 and bare-integer'),
    delayMs: z
      .int()
      .min(0)
      .default(1_000)
      .describe('Of slow (before the call is carried out) and slow-answer (after it)'),
  })
  .describe('lost-before and lost-after cut the connection, before or after the call was carried out');
export type CallFault = z.infer<typeof CallFault>;

/** How a resize goes. */
const ResizeScript = z.strictObject({
  queuedMs: z.int().min(0).default(1_000),
  workMs: z.int().min(0).default(10_000).describe('From IN_PROGRESS to its end'),
  nodesAt: z
    .enum(['together', 'nodes-first', 'request-first'])
    .default('together')
    .describe('When the nodes are there, or gone: at the end of the request, half-way, or lateMs after it'),
  lateMs: z.int().min(0).default(5_000),
  outcome: z.enum(['COMPLETED', 'FAILED', 'CANCELLED', 'STUCK']).default('COMPLETED'),
  workWord: z.string().default('IN_PROGRESS').describe('What it calls its status while it works'),
  requestType: z.string().default('RESIZE_CLUSTER_V3'),
});
export type ResizeScript = z.infer<typeof ResizeScript>;

/** What the double does beside behaving well. */
export const DoubleScript = z.strictObject({
  resizes: z
    .array(ResizeScript)
    .min(1)
    .prefault([{}])
    .describe('How each resize goes, in order; all after the last as the last'),
  faults: z.array(CallFault).default([]),
  casing: z.enum(['camel', 'pascal']).default('camel'),
  dcStatus: z.string().default('ACTIVE'),
  xCloud: z.boolean().default(false),
  mostNodesAtOnce: z.int().min(1).default(1_000).describe('A larger step is refused by 041005'),
  foreignRequest: z
    .strictObject({ requestType: z.string(), status: z.enum(['QUEUED', 'IN_PROGRESS']), forMs: z.int().min(0) })
    .optional()
    .describe('Somebody else works on the cluster'),
});
export type DoubleScript = z.infer<typeof DoubleScript>;
export type DoubleScriptInput = z.input<typeof DoubleScript>;
