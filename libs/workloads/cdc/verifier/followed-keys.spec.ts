import { expect, it } from 'vitest';
import { sampler } from '#libs/cdc/sample.js';
import { planCdc } from '../cdc.plan.js';
import { CdcSpec } from '../cdc.schema.js';
import { followedKeys } from './followed-keys.js';

it('each sampled key is followed by the executor whose lanes write it, and by no other', () => {
  const spec = CdcSpec.parse({ lanes: 2, seed: 7, verification: { sampleShare: 0.5 } });
  const shards = planCdc(spec, { executors: 3 });
  const isSampled = sampler(spec.seed, spec.verification.sampleShare);
  const followers = shards.map(({ lanes }) => followedKeys(spec, lanes));
  for (const { index, lanes } of shards)
    for (const { first, stride } of lanes)
      for (let created = 0; created < 50; created++) {
        const key = created * stride + first;
        const followed = followers.map((isFollowed) => isFollowed(key));
        expect(followed).toEqual(shards.map((shard) => shard.index === index && isSampled(key)));
      }
});
