import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ApiSettings } from '../../apps/api/config.js';
import { ExecutorSettings, SHUTDOWN_MS } from '../../apps/executor/config.js';

const require = createRequire(import.meta.url);
const text = (path: string) => readFileSync(path, 'utf8');
const FOLDER = 'deploy/kubernetes';

const Labels = z.record(z.string(), z.string());
const Selector = z.object({ matchLabels: Labels });
const Env = z.array(
  z.object({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z
      .object({
        secretKeyRef: z.object({ name: z.string(), key: z.string(), optional: z.boolean().default(false) }).optional(),
        fieldRef: z.unknown().optional(),
      })
      .optional(),
  }),
);
const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const Container = z.object({
  args: z.array(z.string()),
  image: z.string(),
  env: Env,
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })),
  startupProbe: Probe,
  livenessProbe: Probe,
  readinessProbe: Probe,
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
});
const Deployment = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.int().optional(),
    selector: Selector,
    template: z.object({
      metadata: z.object({ labels: Labels }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        terminationGracePeriodSeconds: z.int(),
        securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.int().min(1) }),
        containers: z.tuple([Container]),
      }),
    }),
  }),
});

/** KEDA's own kinds, as https://keda.sh/docs/latest/reference/scaledobject-spec has them, as far as they are used. */
const KEDA: Record<string, z.ZodType> = {
  ScaledObject: z.strictObject({
    scaleTargetRef: z.strictObject({ name: z.string() }),
    pollingInterval: z.int().min(1),
    cooldownPeriod: z.int().min(0),
    minReplicaCount: z.int().min(0),
    maxReplicaCount: z.int().min(1),
    advanced: z.strictObject({
      horizontalPodAutoscalerConfig: z.strictObject({
        behavior: z.record(z.enum(['scaleUp', 'scaleDown']), z.unknown()),
      }),
    }),
    triggers: z.tuple([
      z.strictObject({
        type: z.literal('metrics-api'),
        metricType: z.enum(['AverageValue', 'Value']),
        metadata: z.strictObject({
          url: z.url(),
          format: z.enum(['json', 'xml', 'yaml', 'prometheus']),
          valueLocation: z.string(),
          targetValue: z.string().regex(/^\d+(\.\d+)?$/),
          authMode: z.enum(['apiKey', 'basic', 'tls', 'bearer']),
        }),
        authenticationRef: z.strictObject({ name: z.string() }),
      }),
    ]),
  }),
  TriggerAuthentication: z.strictObject({
    secretTargetRef: z.array(z.strictObject({ parameter: z.string(), name: z.string(), key: z.string() })).min(1),
  }),
};

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }).optional(),
});
type Manifest = z.infer<typeof Manifest>;

/** Checks a manifest by Kubernetes' own OpenAPI schema, or by KEDA's. Throws what is wrong. */
function check(manifest: Manifest): void {
  const { apiVersion, kind } = manifest;
  if (apiVersion.startsWith('keda.sh/')) {
    const schema = KEDA[kind];
    if (schema === undefined) throw new Error(`KEDA has no ${kind}`);
    schema.parse(manifest['spec']);
    return;
  }
  const model = z.record(z.string(), z.unknown()).parse(require(`kubernetes-models/${apiVersion}/${kind}`))[kind];
  if (typeof model !== 'function') throw new Error(`Kubernetes has no ${apiVersion} ${kind}`);
  const made: { validate(): void } = Reflect.construct(model, [manifest]);
  made.validate();
}

const kustomization = z
  .object({ resources: z.array(z.string()) })
  .parse(parse(text(join(FOLDER, 'kustomization.yaml'))));
const manifests = kustomization.resources.flatMap((file) =>
  parseAllDocuments(text(join(FOLDER, file))).map((document) => Manifest.parse(document.toJS())),
);
const named = (kind: string, name: string): Manifest => {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata?.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};
const deployment = (name: string) => Deployment.parse(named('Deployment', name)).spec;
const Kinded = z.object({ spec: z.object({ selector: Selector }) });

describe('the Kubernetes manifests', () => {
  it('are all listed, and every one is of its schema', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
    expect(kustomization.resources.toSorted()).toEqual(files.toSorted());
    for (const manifest of manifests) expect(() => check(manifest), `${manifest.kind}`).not.toThrow();
    expect(new Set(manifests.map(({ kind, metadata }) => `${kind}/${metadata?.name}`)).size).toBe(manifests.length);
  });

  it('would be refused with a mistake in them', () => {
    const api = named('Deployment', 'tidemark-api');
    const spec = z.looseObject({}).parse(api['spec']);
    expect(() => check({ ...api, spec: { ...spec, replicas: 'two' } })).toThrow(/replicas/);
    expect(() => check({ ...named('ScaledObject', 'tidemark-executor'), spec: {} })).toThrow();
  });

  it.each(['tidemark-api', 'tidemark-executor'])(
    'let %s be probed, run as nobody in particular, and find its pods',
    (name) => {
      const { selector, template } = deployment(name);
      const [container] = template.spec.containers;
      expect(template.metadata.labels).toMatchObject(selector.matchLabels);
      const ports = container.ports.map((port) => port.name);
      const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
      expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(['/health/live', '/health/live', '/health/ready']);
      for (const { httpGet } of probes) expect(ports).toContain(httpGet.port);
      expect(container.image).not.toMatch(/:latest$|^[^:]+$/);
      const budget = Kinded.parse(named('PodDisruptionBudget', name));
      expect(budget.spec.selector).toEqual(selector);
      const policy = z.object({ spec: z.object({ podSelector: Selector }) }).parse(named('NetworkPolicy', name));
      expect(policy.spec.podSelector).toEqual(selector);
    },
  );

  it('name settings that exist, and take secrets from the Secret alone', () => {
    const secret = z.object({ stringData: z.record(z.string(), z.string()) }).parse(named('Secret', 'tidemark'));
    const config = z.object({ data: z.record(z.string(), z.string()) }).parse(named('ConfigMap', 'tidemark'));
    // Nothing that could be taken for a secret that is used is committed.
    expect(Object.values(secret.stringData).every((value) => value === '')).toBe(true);
    const known = [
      ['tidemark-api', ApiSettings],
      ['tidemark-executor', ExecutorSettings],
    ] as const;
    for (const [name, settings] of known) {
      const [container] = deployment(name).template.spec.containers;
      for (const { name: variable, value, valueFrom } of container.env) {
        expect(Object.keys(settings.shape), name).toContain(variable);
        const isSecret = /_(KEY|TOKEN|URL)$/.test(variable);
        if (isSecret) expect(value, variable).toBeUndefined();
        const from = valueFrom?.secretKeyRef;
        if (from !== undefined) expect(from.key).toBe(variable);
        if (from?.optional === false) expect(secret.stringData, variable).toHaveProperty(from.key);
        // What the manifest gives is taken.
        if (value !== undefined) expect(settings.shape).toHaveProperty(variable);
      }
    }
    const all = { ...ApiSettings.shape, ...ExecutorSettings.shape };
    for (const variable of Object.keys(config.data)) expect(all).toHaveProperty(variable);
  });

  it('give executors the time that their drain takes', () => {
    const { template } = deployment('tidemark-executor');
    const [container] = template.spec.containers;
    const drainMs = Number(container.env.find(({ name }) => name === 'TIDEMARK_DRAIN_MS')?.value);
    expect(template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(drainMs + SHUTDOWN_MS);
    expect(deployment('tidemark-api').replicas).toBe(2);
  });

  it('scale on a metric of the API that is behind the Service', () => {
    const { triggers, scaleTargetRef } = z
      .object({
        scaleTargetRef: z.object({ name: z.string() }),
        triggers: z.array(
          z.object({ metadata: z.record(z.string(), z.string()), authenticationRef: z.object({ name: z.string() }) }),
        ),
      })
      .parse(named('ScaledObject', 'tidemark-executor')['spec']);
    const [trigger] = triggers;
    const url = new URL(trigger?.metadata['url'] ?? '');
    const service = z
      .object({
        spec: z.object({ selector: Labels, ports: z.array(z.object({ port: z.int(), targetPort: z.string() })) }),
      })
      .parse(named('Service', url.hostname)).spec;
    expect(service.selector).toEqual(deployment('tidemark-api').selector.matchLabels);
    expect(service.ports.map(({ port }) => String(port))).toContain(url.port);
    expect(text('apps/api/ops/metrics.service.ts')).toContain(`'${trigger?.metadata['valueLocation']}'`);
    expect(deployment(scaleTargetRef.name).replicas).toBeUndefined();
    expect(() => named('TriggerAuthentication', trigger?.authenticationRef.name ?? '')).not.toThrow();
  });
});
