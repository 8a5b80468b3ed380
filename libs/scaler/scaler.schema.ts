import { z } from 'zod';
import type { Issue } from '#libs/contract/problem.js';

const MOST_NODES = 1_000;
const LONGEST_MS = 86_400_000;
export const SCYLLA_CLOUD_API = 'https://api.cloud.scylladb.com';

const HttpUrl = z.url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' }).max(2048);

/** Stored encrypted, never answered, in no log. */
const Token = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[\x21-\x7e]+$/, 'expected printable characters without blanks')
  .meta({ writeOnly: true });

/** What all scalers have in common. */
const scaling = {
  minNodes: z.int().min(1).max(MOST_NODES).default(3),
  maxNodes: z.int().min(2).max(MOST_NODES).default(6),
  pollMs: z.int().min(20).max(3_600_000).default(20_000).describe('Between two looks at the cluster'),
  stableMs: z
    .int()
    .min(0)
    .max(LONGEST_MS)
    .default(600_000)
    .describe('How long the cluster has to be healthy at its new size, without a gap, before it is resized again'),
  resizeDeadlineMs: z
    .int()
    .min(1_000)
    .max(LONGEST_MS)
    .default(2_400_000)
    .describe('A resize that is not done by then is stuck, which is noted; none is asked for while it goes on'),
  firstAfterMs: z
    .int()
    .min(0)
    .max(LONGEST_MS)
    .default(60_000)
    .describe('From the first look to the first resize, so that there is something to compare it with'),
  cycles: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('The run ends after so many; a cycle is a resize to the other bound and one back'),
};

const isOrdered = ({ minNodes, maxNodes }: { minNodes: number; maxNodes: number }): boolean => minNodes < maxNodes;
const ordered = { message: 'expected more nodes than minNodes', path: ['maxNodes'] };

/** Something outside that is told of a size, or asked whether it is reached. */
export const HookCall = z
  .union([
    z.strictObject({
      url: HttpUrl.describe(
        'Called by POST with {runId, from, to} in JSON, redirects not followed; 2xx is success. The token, if any, goes as Authorization: Bearer',
      ),
      timeoutMs: z.int().min(100).max(LONGEST_MS).default(600_000),
    }),
    z.strictObject({
      command: z
        .array(z.string().max(4096))
        .min(1)
        .max(64)
        .describe(
          "A file in the executor's TIDEMARK_HOOK_DIR and its arguments; no shell. TIDEMARK_RUN_ID, TIDEMARK_NODES_FROM and TIDEMARK_NODES_TO are in its environment; exit code 0 is success",
        ),
      timeoutMs: z.int().min(100).max(LONGEST_MS).default(600_000),
    }),
  ])
  .meta({ id: 'ScalerHookCall' });
export type HookCall = z.infer<typeof HookCall>;

const NoScaler = z.strictObject({ type: z.literal('none') }).meta({ id: 'NoScaler' });

const HookScaler = z
  .strictObject({
    type: z.literal('hook'),
    scaleOut: HookCall,
    scaleIn: HookCall,
    ready: HookCall.optional().describe(
      'Success says that the cluster is ready at its new size; beside the number of nodes by CQL, which counts anyway',
    ),
    token: Token.optional().describe('For the URLs'),
    repeatable: z
      .boolean()
      .default(false)
      .describe(
        'To call scaleOut or scaleIn twice for the same size does no more than to call it once: it may be called again when a call was lost',
      ),
    ...scaling,
  })
  .refine(isOrdered, ordered)
  .meta({ id: 'HookScaler' });

const SimulatedScaler = z
  .strictObject({
    type: z.literal('simulated'),
    controlUrl: HttpUrl.describe('Where the simulator that the run goes to is told of its size (--control-port)'),
    ...scaling,
  })
  .refine(isOrdered, ordered)
  .meta({ id: 'SimulatedScaler' });

const ScyllaCloudScaler = z
  .strictObject({
    type: z.literal('scylla-cloud'),
    apiBase: HttpUrl.default(SCYLLA_CLOUD_API),
    accountId: z.int().min(1),
    clusterId: z.int().min(1),
    dcId: z.int().min(1).optional().describe('Which data center is resized; the only one when absent'),
    instanceTypeId: z.int().min(1).optional().describe('Of the nodes; as they are when absent'),
    token: Token.optional().describe('Personal token; the TIDEMARK_SCYLLA_CLOUD_TOKEN of the executors when absent'),
    requestTimeoutMs: z.int().min(100).max(600_000).default(60_000).describe('Of one call of the API'),
    ...scaling,
  })
  .refine(isOrdered, ordered)
  .meta({ id: 'ScyllaCloudScaler' });

/** Who resizes the target while it is under load, between which sizes and how often. */
export const ScalerSpec = z
  .discriminatedUnion('type', [NoScaler, HookScaler, SimulatedScaler, ScyllaCloudScaler])
  .meta({ id: 'ScalerSpec' });
export type ScalerSpec = z.infer<typeof ScalerSpec>;

/** One that does something. */
export type ActiveScaler = Exclude<ScalerSpec, { type: 'none' }>;
export type ScalerOf<T extends ScalerSpec['type']> = Extract<ScalerSpec, { type: T }>;

/**
 * What is wrong with the bounds for a keyspace of this replication factor: Scylla Cloud takes multiples of it only, and
 * fewer nodes than copies cannot hold them all. `path` is where the scaler stands in the body.
 */
export function boundIssues(scaler: ScalerSpec, replicationFactor: number, path = 'spec.scaler'): Issue[] {
  if (scaler.type === 'none') return [];
  const { minNodes, maxNodes } = scaler;
  return Object.entries({ minNodes, maxNodes }).flatMap(([name, nodes]) => {
    const at = `${path}.${name}`;
    if (scaler.type === 'scylla-cloud' && nodes % replicationFactor !== 0)
      return [
        { path: at, message: `expected a multiple of the replication factor ${replicationFactor}, found ${nodes}` },
      ];
    if (nodes < replicationFactor)
      return [{ path: at, message: `expected at least the replication factor ${replicationFactor}, found ${nodes}` }];
    return [];
  });
}

/** Every URL of a scaler that an executor is to call, by where it stands; the public API of Scylla Cloud is not among them. */
export function scalerUrls(scaler: ScalerSpec, path = 'spec.scaler'): { path: string; url: string }[] {
  const hook = (name: string, call: HookCall | undefined) =>
    call !== undefined && 'url' in call ? [{ path: `${path}.${name}.url`, url: call.url }] : [];
  if (scaler.type === 'hook')
    return [...hook('scaleOut', scaler.scaleOut), ...hook('scaleIn', scaler.scaleIn), ...hook('ready', scaler.ready)];
  if (scaler.type === 'simulated') return [{ path: `${path}.controlUrl`, url: scaler.controlUrl }];
  const isOwn = scaler.type === 'scylla-cloud' && new URL(scaler.apiBase).origin !== SCYLLA_CLOUD_API;
  return isOwn ? [{ path: `${path}.apiBase`, url: scaler.apiBase }] : [];
}
