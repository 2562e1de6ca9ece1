import type { CallKey } from '../call/call-key';
import type { CallFact } from '../call/outbound-call';
import type { CampaignRules } from '../campaign/campaign-rules';
import type { CloseOutcome, Target } from '../campaign/target';

/** Everything that is stored. A campaign is what its records add up to; times are wall-clock milliseconds. */
export type DialRecord =
  | { type: 'campaign'; rules: CampaignRules; targets: number; fingerprint: string; atMs: number }
  | { type: 'targets'; targets: Target[] }
  /** Written before the network is asked: from here on the phone may ring. */
  | {
      type: 'dialling';
      key: CallKey;
      target?: number;
      number: string;
      network: string;
      metadata?: Metadata;
      atMs: number;
    }
  | { type: 'fact'; key: CallKey; fact: CallFact; atMs: number }
  /** A target is not dialled any more. */
  | { type: 'closed'; target: number; outcome: CloseOutcome; reason?: string; atMs: number }
  /** A target is not dialled before a moment. */
  | { type: 'deferred'; target: number; untilMs: number; atMs: number }
  | { type: 'do_not_call'; number: string; atMs: number }
  | { type: 'paused' | 'resumed' | 'cancelled'; atMs: number }
  /** The time of the campaign, or its total of calls, is used up. */
  | { type: 'over'; outcome: 'out_of_time' | 'capped'; atMs: number }
  /** Something that only has to be held. */
  | { type: 'held'; value?: string; atMs: number };

export type Metadata = Record<string, unknown>;
