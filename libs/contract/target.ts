import { z } from 'zod';
import { type Sink, SinkView, viewSink } from './sink.js';

/** `host`, `host:port` or `[v6]:port`. The port defaults to `port` of the target. */
const ContactPoint = z.string().min(1).max(255);

export const Tls = z
  .strictObject({
    caPem: z.string().optional().describe('PEM of the certificate authority; system authorities when absent'),
    certPem: z.string().optional(),
    keyPem: z.string().optional().meta({ writeOnly: true }),
    serverName: z.string().optional(),
    ciphers: z.string().max(4096).optional().describe("In OpenSSL's form"),
    verify: z.boolean().default(true).describe('False trusts any certificate'),
    verifyHostname: z.boolean().default(true).describe('False: a trusted certificate may be of another host'),
  })
  .meta({ id: 'Tls' });

/** A cluster, as posted. `password` is write-only: it is stored encrypted and never answered. */
export const Target = z
  .strictObject({
    contactPoints: z.array(ContactPoint).min(1).max(64),
    port: z.int().min(1).max(65535).default(9042),
    localDatacenter: z.string().optional(),
    username: z.string().optional(),
    password: z.string().optional().meta({ writeOnly: true }),
    tls: Tls.optional(),
    shared: z.boolean().default(false).describe('True lets this run share the target with other runs that say so too'),
  })
  .meta({ id: 'Target' });
export type Target = z.infer<typeof Target>;

/** What the API answers: the same without secrets. */
export const TargetView = Target.omit({ password: true, tls: true })
  .extend({
    contactPoints: z.array(ContactPoint).describe('None where a simulated source is brought along'),
    hasPassword: z.boolean(),
    hasTls: z.boolean(),
    sink: SinkView.optional(),
  })
  .meta({ id: 'TargetView' });
export type TargetView = z.infer<typeof TargetView>;

export const viewTarget = ({ password, tls, sink, ...rest }: Target & { sink?: Sink | undefined }): TargetView => ({
  ...rest,
  ...(sink && { sink: viewSink(sink) }),
  hasPassword: password !== undefined,
  hasTls: tls !== undefined,
});
