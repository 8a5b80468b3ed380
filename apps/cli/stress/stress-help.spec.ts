import { describe, expect, it } from 'vitest';
import { COMMAND_OPTIONS, OPTION_GROUPS } from '#libs/stress/option-groups.js';
import { OPTION_HELP, stressHelp } from './stress-help.js';

describe('stressHelp', () => {
  it('knows every option that the grammar takes, and no other', () => {
    const taken = Object.fromEntries(
      Object.entries({ '': COMMAND_OPTIONS, ...OPTION_GROUPS }).map(([group, is]) => [
        group,
        Object.keys(is.options).sort(),
      ]),
    );
    // '' continues the line above it.
    const told = Object.fromEntries(
      Object.entries(OPTION_HELP).map(([group, options]) => [
        group,
        Object.keys(options)
          .filter((name) => name !== '')
          .sort(),
      ]),
    );
    expect(told).toEqual(taken);
  });

  it('tells of one group alone when its name is given', () => {
    expect(stressHelp('-graph')).toContain('-graph file=');
    expect(stressHelp('-graph')).not.toContain('-rate');
  });
});
