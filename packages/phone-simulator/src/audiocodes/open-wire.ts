/** Which wire a call takes to its bot. */
import type { ResolvedCallOptions } from '../call-options';
import type { BotWire } from './bot-wire';
import type { Credentials } from './credentials';
import type { ResolvedGatewayOptions } from './options';
import { HttpWire } from './wire-http';

export function openBotWire(
  options: ResolvedCallOptions,
  gateway: ResolvedGatewayOptions,
  credentials: Credentials,
): BotWire {
  const { url, sessionId: conversationId, wire } = options;
  return new HttpWire({ ...gateway, url, conversationId, credentials, asynchronous: wire === 'http+ws' });
}
