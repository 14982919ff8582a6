/**
 * Where texts and a key may be sent. A person chooses the address, never an agent or a file of a repository; even so it
 * reaches no metadata service, no name that turns out to be this machine, and nothing in the clear beyond the private network.
 */
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { EmbeddingFailure } from './failure.ts';

type Reach = 'loopback' | 'private' | 'public' | 'forbidden';

const lists: Readonly<Record<Exclude<Reach, 'public'>, BlockList>> = {
  loopback: listOf(['127.0.0.0/8', '::1/128']),
  private: listOf(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']),
  // Link-local with the clouds' metadata, unspecified, multicast, reserved, and addresses that hide another one.
  forbidden: listOf([
    ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '198.18.0.0/15', '224.0.0.0/4'],
    ...['240.0.0.0/4', '100.100.100.200/32', '168.63.129.16/32', 'fd00:ec2::254/128', '::/128'],
    ...['fe80::/10', 'fec0::/10', 'ff00::/8', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16'],
    ...['2001::/32', '::/96'],
  ]),
};

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Of an address in its usual spelling; one of IPv4 that is written as IPv6 is what it stands for. */
export function reachOf(address: string): Reach {
  const version = isIP(address);
  if (version === 0) return 'forbidden';
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (lists.loopback.check(address, family)) return 'loopback';
  if (lists.forbidden.check(address, family)) return 'forbidden';
  return lists.private.check(address, family) ? 'private' : 'public';
}

export interface Endpoint {
  readonly url: URL;
  /** Only so far; a name is looked at again when it is resolved. */
  readonly isAllowed: (reach: Reach) => boolean;
  /** Whether a key may be sent. */
  readonly isConfidential: boolean;
}

const secretParameter = /key|token|secret|auth|password|signature|sig$/iu;

/** @throws EmbeddingFailure `address` for what is no address that texts may be sent to. */
export function parseEndpoint(text: string): Endpoint {
  const url = parseUrl(text);
  const host = url.hostname.replace(/^\[|\]$/gu, '').replace(/\.$/u, '');
  const isLocalName = host === 'localhost' || host.endsWith('.localhost');
  const literal = isIP(host) === 0 ? undefined : reachOf(host);
  if (literal === 'forbidden') throw wrong('it is reserved and holds no such service');
  const isLoopback = isLocalName || literal === 'loopback';
  const isPlain = url.protocol === 'http:';
  if (isPlain && literal === 'public') throw plain();
  const isAllowed = (reach: Reach): boolean => {
    if (isLoopback) return reach === 'loopback';
    return reach === 'private' || (reach === 'public' && !isPlain);
  };
  return { url, isAllowed, isConfidential: isLoopback || !isPlain };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw wrong('it is no address', 'Give one like http://127.0.0.1:11434.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw wrong('it begins with neither https: nor http:');
  if (url.username !== '' || url.password !== '')
    throw wrong('it holds a password', 'Give the key by a variable instead.');
  const secret = [...url.searchParams.keys()].find((name) => secretParameter.test(name));
  if (secret !== undefined) throw wrong('it holds a key', 'Give the key by a variable instead.');
  url.hash = '';
  return url;
}

function wrong(
  why: string,
  fix = 'Change the address of the embedding provider.',
): EmbeddingFailure {
  return new EmbeddingFailure('address', `Nothing is sent to this address: ${why}.`, { fix });
}

function plain(): EmbeddingFailure {
  return wrong('http: is for this machine and the private network', 'Use https:.');
}

/** For `http.request`: checks what a name stands for at the moment of the connection, so that it cannot change in between. */
export function lookupWithin({ url, isAllowed }: Endpoint): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const refused = addresses.find(({ address }) => !isAllowed(reachOf(address)));
      const [first] = addresses;
      if (refused !== undefined || first === undefined) {
        const reach = refused === undefined ? undefined : reachOf(refused.address);
        const isPlain = url.protocol === 'http:' && reach === 'public';
        const name = toPlainLine(hostname, 80);
        callback(isPlain ? plain() : wrong(`${name} is not where it says it is`), '', 0);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
