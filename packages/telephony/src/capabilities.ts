import type { CallAction, CallActionType } from './call-action';

/** What a network can do with each action: itself, or not at all. */
export type Capability = 'native' | 'none';

/** What one network can do. A platform states it once; the laws below decide what happens to the rest. */
export interface NetworkCapabilities {
  network: string;
  /** Actions may leave without an event to answer (a socket). Without it everything waits for the next event. */
  push: boolean;
  ssml: boolean;
  actions: Readonly<Record<CallActionType, Capability>>;
}

/**
 * What becomes of an action that the network lacks. `drop`: the call is as good without it. `refuse`: the caller
 * was promised something, so the handler must hear of it and say so.
 */
export const DEGRADATION: Readonly<Record<CallActionType, 'drop' | 'refuse'>> = {
  speak: 'refuse',
  play: 'refuse',
  background: 'drop',
  background_stop: 'drop',
  stop_speaking: 'drop',
  listen: 'drop',
  hang_up: 'refuse',
  transfer: 'refuse',
  send_sms: 'refuse',
  network_settings: 'drop',
};

export type Degraded =
  | { verdict: 'send'; action: CallAction }
  | { verdict: 'drop' }
  | { verdict: 'refuse'; reason: string };

/** The action as this network can carry it out, or what to do instead. Markup is spoken as text where it must. */
export function degrade(action: CallAction, capabilities: NetworkCapabilities): Degraded {
  if (action.type === 'network_settings' && action.network !== capabilities.network)
    return { verdict: 'drop' };
  if (capabilities.actions[action.type] === 'none') {
    return DEGRADATION[action.type] === 'drop'
      ? { verdict: 'drop' }
      : { verdict: 'refuse', reason: `${capabilities.network} cannot ${action.type.replace('_', ' ')}` };
  }
  if (action.type === 'speak' && 'ssml' in action && !capabilities.ssml) {
    const { ssml, ...rest } = action;
    return { verdict: 'send', action: { ...rest, text: withoutMarkup(ssml) } };
  }
  return { verdict: 'send', action };
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
]);

/** The words of an SSML document. */
export function withoutMarkup(ssml: string): string {
  return ssml
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(?:amp|lt|gt|quot|apos);/g, (entity) => ENTITIES.get(entity) ?? entity)
    .replace(/\s+/g, ' ')
    .trim();
}
