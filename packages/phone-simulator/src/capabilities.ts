/** What a call script may ask of a network before it expects something (`if: network has sms`). */
import type { Network, Wire } from './call-options';

export const CAPABILITIES = [
  'sms',
  'push',
  'background',
  'send_digits',
  'metadata',
  'recording',
  'key_entries',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

const OF_NETWORK: Readonly<Record<Network, readonly Capability[]>> = {
  sipgate: ['sms', 'background'],
  audiocodes: ['background', 'send_digits', 'metadata', 'recording', 'key_entries'],
};

/**
 * Whether a call on this network, by this wire, can do that. `push`: the agent may speak without being asked.
 * `key_entries`: the network collects keys by itself if it is asked to.
 */
export function hasCapability(network: Network, wire: Wire, capability: Capability): boolean {
  return capability === 'push' ? wire !== 'http' : OF_NETWORK[network].includes(capability);
}
