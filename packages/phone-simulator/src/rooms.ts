/** The networks that the simulator can be, and how each one's room is opened. */
import type { ResolvedCallOptions } from './call-options';
import type { NetworkRoom, RoomHost } from './network';
import { SipgateRoom } from './sipgate/room';

/** The room of the network that the options name. */
export function openRoom(host: RoomHost, options: ResolvedCallOptions): NetworkRoom {
  return new SipgateRoom(host, options);
}
