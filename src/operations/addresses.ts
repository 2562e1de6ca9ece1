import { BlockList, isIP, SocketAddress } from 'node:net';

/** IPv4 as sockets that speak both versions show it. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Networks as they are written in settings: addresses and CIDR ranges. */
export class AddressList {
  private readonly ranges = new BlockList();

  /** Throws a `RangeError` that names the entry that is neither an address nor a range. */
  constructor(readonly entries: readonly string[]) {
    for (const entry of entries) this.add(entry);
  }

  /** Whether the address is one of them. What is no address is not. */
  has(address: string | undefined): boolean {
    const known = plain(address);
    return known !== undefined && this.ranges.check(known, familyOf(known));
  }

  private add(entry: string): void {
    const [base, bits, ...rest] = entry.split('/');
    const address = plain(base);
    const whole = address?.includes(':') ? 128 : 32;
    const prefix = bits === undefined ? whole : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (address === undefined || rest.length > 0 || !(prefix <= whole)) {
      throw new RangeError(`${entry} is neither an address nor a range`);
    }
    this.ranges.addSubnet(address, prefix, familyOf(address));
  }
}

/** Which of the peers in front of us may say who they speak for: so many of them, those in a list, or none. */
export type TrustedProxies = number | AddressList;

/** What is needed of a request to know where it comes from. */
export interface Origin {
  socket: { remoteAddress?: string | undefined };
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The address of whoever sent a request. `X-Forwarded-For` is read from its end, and only as far as those who wrote it
 * are trusted: what stands before them is the sender's own invention. Undefined when the socket has gone.
 */
export function clientAddress({ socket, headers }: Origin, trusted: TrustedProxies): string | undefined {
  let address = plain(socket.remoteAddress);
  const chain = [headers['x-forwarded-for']].flat().flatMap((line) => line?.split(',') ?? []);
  // From the nearest to the farthest. A proxy that names nobody we can read speaks for itself.
  for (const [hop, entry] of chain.reverse().entries()) {
    const isTrusted = typeof trusted === 'number' ? hop < trusted : trusted.has(address);
    const next = isTrusted ? plain(withoutPort(entry.trim())) : undefined;
    if (next === undefined) break;
    address = next;
  }
  return address;
}

/**
 * Whom a limit counts an address for: an IPv6 subscriber has a whole /64 and may send from any address of it. IPv4
 * addresses stand for themselves. Expects what {@link clientAddress} returns.
 */
export function subscriberOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = address.includes('::') ? Array<string>(8 - before.length - after.length).fill('0') : [];
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}

const LOOPBACK = new AddressList(['127.0.0.0/8', '::1']);

/** Whether a request comes from this very machine, and nobody has passed it on. */
export function isLocal({ socket, headers }: Origin): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  return LOOPBACK.has(socket.remoteAddress);
}

/** An address as proxies write it: `192.0.2.1:4711`, `[2001:db8::1]:4711`, `[2001:db8::1]`, or without all that. */
function withoutPort(entry: string): string {
  return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(entry)?.[1] ?? entry;
}

/** The address in one way of writing, so that a limit counts it once. Undefined for what is none. */
function plain(given: string | undefined): string | undefined {
  // Without the interface that a link-local address is reached on.
  const address = given?.replace(/%.*$/, '');
  if (address === undefined || isIP(address) === 0) return undefined;
  const written = new SocketAddress({ address, family: familyOf(address) }).address;
  return MAPPED.exec(written)?.[1] ?? written;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
