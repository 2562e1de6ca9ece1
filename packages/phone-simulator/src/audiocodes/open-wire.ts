/** Which wire a call takes to its bot. */
import type { ResolvedCallOptions } from '../call-options';
import type { BotWire } from './bot-wire';
import type { Credentials } from './credentials';
import type { ResolvedGatewayOptions } from './options';
import { asDialled } from './start-activity';
import { HttpWire } from './wire-http';
import { WebSocketWire } from './wire-websocket';

export function openBotWire(
  options: ResolvedCallOptions,
  gateway: ResolvedGatewayOptions,
  credentials: Credentials,
): BotWire {
  const { url, sessionId: conversationId, wire, from, lingerMs = 50 } = options;
  if (wire === 'ws') {
    const caller = from === '' ? 'anonymous' : asDialled(from);
    return new WebSocketWire({ ...gateway, url, conversationId, credentials, caller, lingerMs });
  }
  return new HttpWire({ ...gateway, url, conversationId, credentials, asynchronous: wire === 'http+ws' });
}
