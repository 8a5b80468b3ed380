import { describe, expect, it } from 'vitest';
import { parseNetworks } from './allowed-networks.js';

const everything = parseNetworks(['0.0.0.0/0', '::/0']).allowed;
const loopback = parseNetworks(['127.0.0.0/8', '::1/128']).allowed;

describe('allowed networks', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.255.255.254', true],
    ['128.0.0.1', false],
    ['::1', true],
    ['::2', false],
    ['::ffff:127.0.0.1', true],
    ['::ffff:10.0.0.1', false],
    ['localhost', false],
  ])('loopback: %s is %s', (address, allowed) => {
    expect(loopback.contains(address)).toBe(allowed);
  });

  it.each(['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254'])(
    'never allow the metadata address %s, even where everything is allowed',
    (address) => {
      expect(everything.contains('10.1.2.3')).toBe(true);
      expect(everything.contains(address)).toBe(false);
    },
  );

  it('take a bare address as that address alone', () => {
    const { allowed, issues } = parseNetworks(['10.0.0.7']);
    expect(issues).toEqual([]);
    expect(allowed.contains('10.0.0.7')).toBe(true);
    expect(allowed.contains('10.0.0.8')).toBe(false);
  });
});
