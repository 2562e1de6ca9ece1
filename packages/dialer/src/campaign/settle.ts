import { CALL_OUTCOMES } from '../call/outcome';
import type { CampaignRules } from './campaign-rules';
import type { CloseOutcome, TargetOutcome } from './target';
import type { TrackedCall } from './tracked-call';

export interface Final {
  outcome: TargetOutcome;
  reason?: string;
}

export interface Closing {
  outcome: CloseOutcome;
  reason?: string;
}

export type Settled =
  | { state: 'calling' }
  | { state: 'waiting'; notBeforeMs: number }
  | { state: 'final'; final: Final };

/** The campaign has ended: somebody who was tried before is what that try has said. */
const ENDS_THE_CAMPAIGN: ReadonlySet<CloseOutcome> = new Set(['cancelled', 'out_of_time']);

/**
 * What the calls to one target mean for it. Asked again whenever more is known of one of them, however late.
 *
 * @param closing why it is not dialled any more, whatever its calls say
 * @param wasFinal what is final becomes better known, but is never dialled again
 */
export function settled(
  calls: readonly TrackedCall[],
  { retry, caps }: Pick<CampaignRules, 'retry' | 'caps'>,
  closing: Closing | undefined,
  wasFinal: boolean,
): Settled {
  if (calls.some(({ open }) => open)) return { state: 'calling' };
  const rang = calls.filter(({ counts }) => counts);
  const last = rang.at(-1);
  const outcome = rang.find((call) => isFinal(call))?.outcome ?? last?.outcome;
  if (last === undefined || outcome === undefined || outcome === 'not_placed') {
    return closing ? { state: 'final', final: closing } : { state: 'waiting', notBeforeMs: 0 };
  }
  const rule = CALL_OUTCOMES[outcome].final || wasFinal ? undefined : retry[outcome];
  const again =
    rule !== undefined &&
    rang.filter((call) => call.outcome === outcome).length <= rule.times &&
    rang.length < caps.perTarget;
  if (!again) return { state: 'final', final: { outcome } };
  if (!closing) return { state: 'waiting', notBeforeMs: (last.overMs ?? 0) + rule.afterMs };
  return { state: 'final', final: ENDS_THE_CAMPAIGN.has(closing.outcome) ? { outcome } : closing };
}

function isFinal({ outcome }: TrackedCall): boolean {
  return outcome !== undefined && CALL_OUTCOMES[outcome].final;
}
