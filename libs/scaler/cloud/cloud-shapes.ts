import { z } from 'zod';

/* The parts of the API's answers that are used, after `foldKeys`. What is not known is let through. */

const Id = z.union([z.int(), z.string().min(1)]).transform(String);
const capitals = (text: string): string => text.toUpperCase();
const Word = z.string().transform(capitals);

export const CloudNode = z.looseObject({
  id: Id.optional(),
  dcid: Id.optional(),
  status: Word.optional(),
  state: Word.optional(),
});
export type CloudNode = z.infer<typeof CloudNode>;
export const CloudNodes = z.looseObject({ nodes: z.array(CloudNode) });

export const CloudDc = z.looseObject({
  id: Id,
  status: Word.optional(),
  name: z.string().optional(),
  replicationfactor: z.int().optional(),
});
export const CloudDcs = z.looseObject({ datacenters: z.array(CloudDc) });

export const CloudRequest = z.looseObject({
  id: Id,
  requesttype: z.string().default('unknown'),
  status: Word.default('UNKNOWN'),
  progressdescription: z.string().nullish(),
  userfriendlyerror: z.string().nullish(),
  requestbody: z.unknown(),
});
export type CloudRequest = z.infer<typeof CloudRequest>;

/** Documented as a list; some versions put it into an object. */
export const CloudRequests = z.union([
  z.array(CloudRequest),
  z.looseObject({ requests: z.array(CloudRequest) }).transform(({ requests }) => requests),
  z.null().transform((): CloudRequest[] => []),
]);
