/** The call details that `start` and `dialoutInitiated` carry (spec 3.1, 7.5). */
import { createHash } from 'node:crypto';
import type { ResolvedCallOptions } from '../call-options';
import type { ResolvedGatewayOptions } from './options';

/** Numbers leave with a plus, as gateways write them; what is no number leaves as it is. */
export const asDialled = (number: string): string => (/^\d{5,}$/.test(number) ? `+${number}` : number);

/** `parameters` of the event. */
export function callDetails(
  options: ResolvedCallOptions,
  gateway: ResolvedGatewayOptions,
  language: string,
): Record<string, unknown> {
  const { from, to, sessionId, direction } = options;
  const { dialout, participants } = gateway;
  const anonymous = from === '';
  const outbound =
    direction === 'outbound'
      ? {
          outboundTarget: dialout?.target ?? `tel:${asDialled(to)}`,
          ...(dialout?.metadata ? { dialoutMetadata: dialout.metadata } : {}),
        }
      : {};
  return {
    vaigConversationId: sessionId,
    caller: anonymous ? 'anonymous' : asDialled(from),
    callerHost: anonymous ? 'anonymous.invalid' : 'sip.carrier.example',
    callee: asDialled(to),
    calleeHost: 'gw.example.com',
    ...outbound,
    locale: language,
    globalSessionId: sbcSessionId(sessionId),
    ...(participants ? { participants, agentConnected: false } : {}),
    ...gateway.startParameters,
  };
}

/** The SBC's id of the call: 16 hex digits, the same in `start` and in notifications (spec 3.1, 7.8). */
export const sbcSessionId = (conversationId: string): string =>
  createHash('sha256').update(conversationId).digest('hex').slice(0, 16);
