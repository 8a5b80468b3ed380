import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { Issue } from '#libs/contract/problem.js';
import type { Sink } from '#libs/contract/sink.js';
import type { Target } from '#libs/contract/target.js';
import type { ApiConfig } from '../config.js';
import { InjectConfig, InjectLookup, type Lookup } from '../tokens.js';
import { type AllowedNetworks, parseNetworks } from './allowed-networks.js';
import { formatEndpoint, parseEndpoint } from '#libs/contract/endpoint.js';

const UNRESOLVED = 'expected a host that can be resolved';

/** A name server that is away looks like this, so the same may be in order later. */
export const isUnresolved = ({ message }: Issue): boolean => message.startsWith(UNRESOLVED);

/** Finds out what a target's contact points really are and whether load may be sent there. */
@Injectable()
export class TargetGuard {
  private readonly allowed: AllowedNetworks;

  constructor(
    @InjectConfig() private readonly config: ApiConfig,
    @InjectLookup() private readonly lookup: Lookup,
  ) {
    this.allowed = parseNetworks(config.targetNetworks).allowed;
  }

  /**
   * `host:port` of every address behind the contact points (names resolved, so that two names of one node meet at its
   * lock), and every contact point that may not be used. `pathOf` says where in the body a contact point was given.
   */
  async inspect(target: Target, pathOf: (index: number) => string): Promise<{ endpoints: string[]; issues: Issue[] }> {
    const found = await Promise.all(
      target.contactPoints.map((contactPoint, index) => this.resolve(contactPoint, target.port, pathOf(index))),
    );
    const login = checkLogin(target);
    const endpoints = [...new Set(found.flatMap((one) => one.endpoints))].toSorted();
    return { endpoints, issues: [...login, ...found.flatMap((one) => one.issues)] };
  }

  /** Why the database that changes arrive in may not be used. */
  async inspectSink(sink: Sink | undefined): Promise<Issue[]> {
    if (sink === undefined) return [];
    const { host, port, username, password } = sink;
    const { issues } = await this.resolve(formatEndpoint({ host, port }), port, 'target.sink.host');
    if (username !== undefined || password === undefined) return issues;
    return [
      ...issues,
      { path: 'target.sink.username', message: 'expected a username beside the password, found nothing' },
    ];
  }

  /** Every page that an executor may not ask, by where in the body it was given. */
  async inspectUrls(urls: readonly string[], path: string): Promise<Issue[]> {
    const found = await Promise.all(
      urls.map((url) => {
        const { hostname, port, protocol } = new URL(url);
        return this.resolve(hostname, Number(port || (protocol === 'https:' ? 443 : 80)), path);
      }),
    );
    return found.flatMap(({ issues }) => issues);
  }

  /** An address behind a host (of a URL, so an IPv6 one may be in brackets) that may be called, or why there is none. */
  async addressOf(
    urlHost: string,
  ): Promise<{ address: string; problem?: undefined } | { address?: undefined; problem: string }> {
    const host = urlHost.replace(/^\[(.*)\]$/, '$1');
    const addresses = isIP(host) === 0 ? await this.addressesOf(host) : [host];
    const [address] = addresses;
    if (address === undefined) return { problem: `${UNRESOLVED}, found ${JSON.stringify(host)}` };
    const problem = this.forbidden(addresses);
    return problem === undefined ? { address } : { problem };
  }

  private forbidden(addresses: readonly string[]): string | undefined {
    const found = addresses.find((address) => !this.allowed.contains(address));
    if (found === undefined) return undefined;
    return `expected an address in ${this.config.targetNetworks.join(', ')} (TIDEMARK_TARGET_NETWORKS), found ${found}`;
  }

  private async resolve(contactPoint: string, defaultPort: number, path: string) {
    const refuse = (message: string) => ({ endpoints: [], issues: [{ path, message }] });
    const endpoint = parseEndpoint(contactPoint, defaultPort);
    if (endpoint === undefined)
      return refuse(`expected host, host:port or [v6]:port, found ${JSON.stringify(contactPoint)}`);
    const addresses = isIP(endpoint.host) === 0 ? await this.addressesOf(endpoint.host) : [endpoint.host];
    if (addresses.length === 0) return refuse(`${UNRESOLVED}, found ${JSON.stringify(endpoint.host)}`);
    const problem = this.forbidden(addresses);
    if (problem !== undefined) return refuse(problem);
    return { endpoints: addresses.map((host) => formatEndpoint({ host, port: endpoint.port })), issues: [] };
  }

  private async addressesOf(host: string): Promise<readonly string[]> {
    try {
      return await this.lookup(host);
    } catch {
      return [];
    }
  }
}

/** A login is a username and a password; one alone would be left unused or refused by every node. */
function checkLogin({ username, password }: Target): Issue[] {
  if ((username === undefined) === (password === undefined)) return [];
  return username === undefined
    ? [{ path: 'target.username', message: 'expected a username beside the password, found nothing' }]
    : [{ path: 'target.password', message: 'expected a password beside the username, found nothing' }];
}
