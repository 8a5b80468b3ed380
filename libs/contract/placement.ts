import { z } from 'zod';

const Labels = z.record(z.string().max(64), z.string().max(256));
const MOST_EXECUTORS = 1000;

/** So many executors, each with all of these labels. */
export const PlacementGroup = z
  .strictObject({ count: z.int().min(1).max(MOST_EXECUTORS).default(1), labels: Labels.default({}) })
  .meta({ id: 'PlacementGroup' });
export type PlacementGroup = z.infer<typeof PlacementGroup>;

const Groups = z.array(PlacementGroup).min(1).max(64);

const Given = z
  .strictObject({
    executors: z.int().min(1).max(MOST_EXECUTORS).optional().describe('How many; 1, or the sum of the groups'),
    count: z.int().min(1).max(MOST_EXECUTORS).optional().describe('The same in the words of a group'),
    labels: Labels.default({}).describe('Only executors with all of these'),
    groups: Groups.optional().describe('So many here and so many there; each executor is of one group'),
  })
  .superRefine(({ executors, count, groups }, context) => {
    const total = groups?.reduce((sum, group) => sum + group.count, 0) ?? executors ?? count ?? 1;
    if (total > MOST_EXECUTORS)
      context.addIssue({ code: 'custom', path: ['groups'], message: `expected at most ${MOST_EXECUTORS} executors` });
    for (const [name, given] of Object.entries({ executors, count }))
      if (given !== undefined && given !== total)
        context.addIssue({ code: 'custom', path: [name], message: `expected ${total}, as the rest of it says` });
  });

const Settled = z.object({
  executors: z.int().min(1).max(MOST_EXECUTORS),
  labels: Labels.describe('Only executors with all of these'),
  groups: z.array(z.object({ count: z.int(), labels: Labels })).optional(),
});

/** Where a run is carried out. As it is stored and answered, `executors` is the number of all, whatever was posted. */
export const Placement = Given.transform(({ executors, count, labels, groups }): z.infer<typeof Settled> => ({
  executors: groups?.reduce((sum, group) => sum + group.count, 0) ?? executors ?? count ?? 1,
  labels,
  ...(groups && { groups }),
}))
  .pipe(Settled)
  .meta({ id: 'Placement' });
export type Placement = z.infer<typeof Placement>;

/** What a placement asks for: its groups, each with the labels that all have in common. */
export const groupsOf = ({ executors, labels, groups }: Placement): PlacementGroup[] =>
  groups?.map((group) => ({ count: group.count, labels: { ...labels, ...group.labels } })) ?? [
    { count: executors, labels },
  ];

/** The group that a shard belongs to: the first group has the first shards, and so on. */
export function groupOf(placement: Placement, shardIndex: number): number {
  let first = 0;
  for (const [index, { count }] of groupsOf(placement).entries()) {
    first += count;
    if (shardIndex < first) return index;
  }
  return 0;
}

/** Whether labels are among those that somebody has. */
export const hasLabels = (
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean => Object.entries(wanted).every(([name, value]) => labels[name] === value);
