import { BlockList, isIP } from 'node:net';

export interface AllowedNetworks {
  contains(address: string): boolean;
}

/** Cloud instances answer credentials at these addresses; no list may allow them. */
const METADATA_ADDRESSES = ['169.254.169.254', 'fd00:ec2::254'];

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** `::ffff:1.2.3.4` is 1.2.3.4: without this an IPv4 address in IPv6 dress would pass by the IPv4 rules. */
const undress = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;

/** Parses CIDR networks (`10.0.0.0/8`, `::1/128`, or a bare address). Every unreadable one gives an issue. */
export function parseNetworks(networks: readonly string[]): { allowed: AllowedNetworks; issues: string[] } {
  const list = new BlockList();
  const metadata = new BlockList();
  for (const address of METADATA_ADDRESSES) metadata.addAddress(address, family(address));
  const issues: string[] = [];
  for (const network of networks) {
    const [address = '', bits, ...rest] = network.split('/');
    const version = isIP(address);
    const widest = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? widest : Number(bits);
    const readable = version !== 0 && rest.length === 0 && /^\d+$/.test(bits ?? '0') && prefix <= widest;
    if (readable) list.addSubnet(address, prefix, family(address));
    else issues.push(`expected networks such as 10.0.0.0/8, found "${network}"`);
  }
  const contains = (given: string): boolean => {
    const address = undress(given);
    if (isIP(address) === 0) return false;
    return list.check(address, family(address)) && !metadata.check(address, family(address));
  };
  return { allowed: { contains }, issues };
}
