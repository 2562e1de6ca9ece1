/** The networks that the simulator can be, and how each one's room is opened. */
import { AudiocodesRoom } from './audiocodes/room';
import type { Network, ResolvedCallOptions } from './call-options';
import type { NetworkRoom, RoomHost } from './network';
import { SipgateRoom } from './sipgate/room';

const ROOMS: Record<Network, new (host: RoomHost, options: ResolvedCallOptions) => NetworkRoom> = {
  sipgate: SipgateRoom,
  audiocodes: AudiocodesRoom,
};

/** The room of the network that the options name. */
export function openRoom(host: RoomHost, options: ResolvedCallOptions): NetworkRoom {
  return new ROOMS[options.network](host, options);
}
