import {
  type ActionLedger,
  actionContent,
  type CallAction,
  hangUp,
  judge,
  type RiskyAction,
  sendSms,
  type TransferFailure,
  transfer,
} from '@jovo-telephony/telephony';
import { noteJudged } from './after-call/ended-call';
import type { ToolCall } from './brain';
import { type Conversation, noteTransfer, noteTransferOutcome, remember } from './conversation';
import type { Phrases } from './phrases';
import { numbersOf, placeName, policyOf } from './policy-of';
import type { AgentProfile } from './profiles/profile';
import type { UsageCounter } from './usage';

/** One verdict of the policy, as it is kept. Holds no number and no text. */
export interface Verdict {
  network: string;
  callId: string;
  action: RiskyAction['type'];
  allowed: boolean;
  reason: string;
  rule: string;
}

/** What acting needs besides the conversation. */
export interface ActingOptions {
  ledger: ActionLedger;
  usage: UsageCounter;
  /** The time of day, for opening hours. */
  nowIso(): string;
  onVerdict?(verdict: Verdict): void;
}

/** What follows from a tool call: what is said, then what is done. */
export interface Acted {
  say?: string;
  actions: CallAction[];
}

interface Case {
  conversation: Conversation;
  profile: AgentProfile;
  phrases: Phrases;
  /** Whether anything was said in this turn already. */
  spoke: boolean;
  /** What the brain asked for. */
  call?: ToolCall;
}

/** Carries out what a brain asks for, as far as the policy allows it, and each risky action once. */
export class Acting {
  constructor(private readonly options: ActingOptions) {}

  act(call: ToolCall, asked: Case): Acted {
    const given = { ...asked, call };
    const { conversation, phrases, spoke } = given;
    switch (call.name) {
      case 'hang_up': {
        const action = hangUp({ after: 'speech' });
        conversation.closing = action;
        conversation.closingReason = undefined;
        return { say: spoke ? undefined : phrases.goodbye, actions: [action] };
      }
      case 'switch_language':
        // The agent has switched before it came here; there is nothing to carry out.
        return { actions: [] };
      case 'send_sms':
        return this.sendSms(call.arguments.text, given);
      case 'transfer_call':
        return this.transferTo(call.arguments.destination, 0, given);
    }
  }

  /** The next number of the destination whose last one came to nothing, if there is one. */
  transferFurther(given: Case, failure: TransferFailure): Acted | undefined {
    const { conversation, profile, phrases } = given;
    const last = conversation.transfer;
    conversation.transfer = undefined;
    if (!last) return undefined;
    this.options.ledger.commit(last.runId, { ok: false, detail: failure });
    noteTransferOutcome(conversation, failure);
    const place = profile.destinations[last.destination];
    if (!place || numbersOf(place).length <= last.attempt + 1) return undefined;
    const acted = this.transferTo(last.destination, last.attempt + 1, given);
    const say = `${phrases.transfer[failure]} ${phrases.transfer.elsewhere}`;
    return acted.actions.length > 0 ? { ...acted, say } : undefined;
  }

  /** Somebody has taken the call over. */
  transferAnswered(conversation: Conversation): void {
    if (conversation.transfer) this.options.ledger.commit(conversation.transfer.runId, { ok: true });
    noteTransferOutcome(conversation, 'answered');
    conversation.transfer = undefined;
  }

  /** The caller has called off what was announced. */
  calledOff(conversation: Conversation): void {
    if (conversation.transfer) {
      this.options.ledger.commit(conversation.transfer.runId, { ok: false, detail: 'called off' });
      conversation.transfers?.pop();
    }
    conversation.transfer = undefined;
  }

  /** A turn begins: what was done before is in the history that the brain is shown. */
  turnStarted({ callId, turns }: Conversation): void {
    this.options.ledger.turnStarted(callId, String(turns));
  }

  /** A turn has come to its end: from here on the same action may be asked for anew, where its kind allows it. */
  turnEnded({ callId, turns }: Conversation): void {
    this.options.ledger.turnEnded(callId, String(turns));
  }

  /** The call is over. */
  forget({ callId }: Conversation): void {
    this.options.ledger.forget(callId);
  }

  smsFailed(conversation: Conversation): void {
    if (conversation.smsRunId)
      this.options.ledger.commit(conversation.smsRunId, { ok: false, detail: 'failed' });
    conversation.smsRunId = undefined;
  }

  private transferTo(name: string, attempt: number, given: Case): Acted {
    const { conversation, profile, phrases } = given;
    const place = Object.hasOwn(profile.destinations, name) ? profile.destinations[name] : undefined;
    if (!place) return { say: phrases.noSuchDestination, actions: [] };
    const claimed = this.claim({ type: 'transfer', destination: placeName(name, attempt) }, given);
    if ('say' in claimed) return { say: claimed.say, actions: [] };
    const action = transfer({
      number: claimed.number,
      displayName: profile.name,
      displayNumber: conversation.ownNumber ?? claimed.number,
      timeoutSeconds: place.timeoutSeconds,
      after: 'speech',
    });
    conversation.closing = action;
    conversation.transfer = { destination: name, attempt, runId: claimed.runId };
    noteTransfer(conversation, name, attempt);
    return { say: place.announce, actions: [action] };
  }

  private sendSms(text: string, given: Case): Acted {
    const { conversation, phrases, spoke } = given;
    if (!conversation.callerNumber) return { say: phrases.smsNeedsNumber, actions: [] };
    const claimed = this.claim({ type: 'send_sms', text }, given);
    if ('say' in claimed) return { say: claimed.say, actions: [] };
    // No network reports success: it counts as sent until a failure is reported.
    this.options.ledger.commit(claimed.runId, { ok: true });
    conversation.smsRunId = claimed.runId;
    remember(conversation, { role: 'note', text: 'A text message was sent to the caller.' });
    const action = sendSms(claimed.number, text);
    return { say: spoke ? undefined : phrases.smsSent, actions: [action] };
  }

  /** The number to use, once; or what the caller hears instead. */
  private claim(action: RiskyAction, given: Case): { number: string; runId: string } | { say: string } {
    const { conversation, profile, phrases } = given;
    const { ledger, usage, nowIso, onVerdict } = this.options;
    const used = usage.of(action.type, conversation, profile);
    const request = {
      action,
      callerNumber: conversation.callerNumber,
      confirmedContent: conversation.confirmed === true ? actionContent(action) : undefined,
    };
    const verdict = judge(request, policyOf(profile), used, nowIso());
    const { callId, network = 'unknown' } = conversation;
    onVerdict?.({
      network,
      callId,
      action: action.type,
      allowed: verdict.allowed,
      reason: verdict.reason,
      rule: verdict.rule,
    });
    const note = () => {
      const judged = verdict.allowed
        ? ({ verdict: 'allowed', number: verdict.number } as const)
        : ({ verdict: 'refused' } as const);
      const whole = { type: action.type, reason: verdict.reason, ...judged };
      if (profile.afterCall) noteJudged(conversation, whole, profile.afterCall.includeNumbers);
    };
    if (!verdict.allowed) {
      note();
      if (verdict.reason === 'not_confirmed') conversation.asked = given.call;
      return { say: refusalPhrase(verdict.reason, action, phrases) };
    }
    const attempt = { callId, turnId: String(conversation.turns), action, number: verdict.number };
    const claim = ledger.claim(attempt);
    if (!claim.granted) return { say: phrases.alreadyDone };
    // Not before it is certain that it happens: what was done already is not reported twice.
    note();
    usage.count(action.type, conversation, profile);
    return { number: (verdict.number ?? '').replace('+', ''), runId: claim.runId };
  }
}

function refusalPhrase(reason: string, action: RiskyAction, phrases: Phrases): string {
  if (reason === 'not_confirmed' && (action.type === 'transfer' || action.type === 'send_sms')) {
    return phrases.confirm[action.type];
  }
  return reason === 'closed' ? phrases.closedNow : phrases.notAllowed;
}
