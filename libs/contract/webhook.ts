import { z } from 'zod';

/** `run.ended`: once for each run; `run.status`: at every change of its status, the end included. */
export const WebhookEvent = z.enum(['run.ended', 'run.status']).meta({ id: 'WebhookEvent' });
export type WebhookEvent = z.infer<typeof WebhookEvent>;

const WebhookUrl = z
  .url({ protocol: /^https?$/, error: 'expected a URL such as https://ci.example/hooks/tidemark' })
  .max(2000)
  .describe('http or https, without user and password; its address must be in TIDEMARK_TARGET_NETWORKS');

/** The body of POST /v1/webhooks, and of PUT, where the secret stays as it is when absent. */
export const CreateWebhook = z
  .strictObject({
    name: z.string().min(1).max(200),
    url: WebhookUrl,
    events: z.array(WebhookEvent).min(1).max(2).default(['run.ended']),
    runId: z.string().min(1).max(64).optional().describe('Only this run; every run of the project when absent'),
    scheduleId: z.string().min(1).max(64).optional().describe('Only runs of this schedule'),
    steps: z
      .boolean()
      .default(false)
      .describe('Runs that are steps of suites or probes of searches as well; with runId, those of this run'),
    secret: z
      .string()
      .min(16)
      .max(200)
      .optional()
      .meta({ writeOnly: true })
      .describe('Key of the signature; one is made, and answered this once, when absent'),
    active: z
      .boolean()
      .default(true)
      .describe('Nothing is sent while it is off; what happens meanwhile is not told later'),
  })
  .meta({ id: 'CreateWebhook' });
export type CreateWebhook = z.infer<typeof CreateWebhook>;

export const Webhook = z
  .object({
    id: z.string(),
    projectId: z.string(),
    name: z.string(),
    url: z.string(),
    events: z.array(WebhookEvent),
    runId: z.string().nullable(),
    scheduleId: z.string().nullable(),
    steps: z.boolean(),
    active: z.boolean(),
    version: z.int().describe('Its ETag'),
    createdAtMs: z.int(),
    updatedAtMs: z.int(),
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof Webhook>;

export const CreatedWebhook = Webhook.extend({
  secret: z.string().nullable().describe('The secret that was made, shown this once; null when it was given'),
}).meta({ id: 'CreatedWebhook' });
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;

/** `pending` until an answer of 200 to 299; `failed` when the last try failed. */
export const DeliveryState = z.enum(['pending', 'delivered', 'failed']).meta({ id: 'DeliveryState' });
export type DeliveryState = z.infer<typeof DeliveryState>;

export const DeliveryAttempt = z
  .object({
    atMs: z.int(),
    status: z.int().nullable().describe('Of the answer; null when there was none'),
    latencyMs: z.int(),
    excerpt: z.string().describe('The first 500 characters of the answer'),
    error: z.string().nullable(),
  })
  .meta({ id: 'DeliveryAttempt' });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

export const Delivery = z
  .object({
    id: z.string(),
    webhookId: z.string(),
    runId: z.string(),
    event: WebhookEvent,
    state: DeliveryState,
    attempts: z.array(DeliveryAttempt),
    nextAttemptAtMs: z.int().nullable(),
    createdAtMs: z.int(),
    deliveredAtMs: z.int().nullable(),
    payload: z.string().nullable().describe('What is sent, the same at every try; null until the first'),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof Delivery>;
