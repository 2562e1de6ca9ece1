import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Networks as they are written in settings: addresses and CIDR ranges. */
export class AddressList {
  private readonly ranges: readonly (readonly [Address, number])[];

  /** Throws a `RangeError` that names the entry that is neither an address nor a range. */
  constructor(readonly entries: readonly string[]) {
    this.ranges = entries.map(rangeOf);
  }

  /** Whether the address is one of them. What is no address is not. */
  has(address: string | undefined): boolean {
    const known = parsed(address);
    return (
      known !== undefined &&
      this.ranges.some(([base, bits]) => base.kind() === known.kind() && known.match(base, bits))
    );
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
  const peer = plain(socket.remoteAddress);
  const given = headers['x-forwarded-for'];
  const chain = [given]
    .flat()
    .flatMap((line) => line?.split(',') ?? [])
    .map((entry) => plain(entry.trim()));
  // From the nearest to the farthest: the peer itself, then who it says it speaks for.
  const nearestFirst = [peer, ...chain.reverse()];
  for (const [index, address] of nearestFirst.entries()) {
    const isTrusted = typeof trusted === 'number' ? index < trusted : trusted.has(address);
    if (!isTrusted || index === nearestFirst.length - 1) return address;
    // A trusted proxy that names nobody we can read speaks for itself.
    if (nearestFirst[index + 1] === undefined) return address;
  }
  return peer;
}

/** Whether a request comes from this very machine, and nobody has passed it on. */
export function isLocal({ socket, headers }: Origin): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  const address = parsed(socket.remoteAddress);
  return address?.range() === 'loopback';
}

function rangeOf(entry: string): readonly [Address, number] {
  const [base, bits, ...rest] = entry.split('/');
  const address = parsed(base);
  const whole = address?.kind() === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? whole : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (!address || rest.length > 0 || !(prefix <= whole)) {
    throw new RangeError(`${entry} is neither an address nor a range`);
  }
  return [address, prefix];
}

function parsed(address: string | undefined): Address | undefined {
  // IPv4 in six dotted disguises ("::ffff:1.2.3.4") is the same address; short forms like "127.1" are none.
  if (address === undefined || !(ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)))
    return undefined;
  return ipaddr.process(address);
}

/** The address in one way of writing, so that a limit counts it once. Undefined for what is none. */
function plain(address: string | undefined): string | undefined {
  return parsed(address)?.toString();
}
