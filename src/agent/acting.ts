import {
  ActionLedger,
  actionContent,
  type Budgets,
  budgetsOf,
  type CallAction,
  type Claim,
  hangUp,
  judge,
  type RiskyAction,
  sendSms,
  type TransferFailure,
  transfer,
  UNKNOWN_OUTCOME,
} from '@jovo-telephony/telephony';
import { noteJudged } from './after-call/ended-call';
import type { ToolCall } from './brain';
import type { CallRecord, CallRecords } from './call-record';
import { type Conversation, noteTransfer, noteTransferOutcome, remember } from './conversation';
import type { Phrases } from './phrases';
import { numbersOf, placeName, policyOf } from './policy-of';
import type { AgentProfile } from './profiles/profile';

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
  records: CallRecords;
  /** The time of day, for opening hours. */
  nowIso(): string;
  onVerdict?(verdict: Verdict): void;
}

/** What follows from a tool call: what is said, then what is done. */
export interface Acted {
  say?: string;
  actions: CallAction[];
}

/** Whose call it is. */
interface Party {
  conversation: Conversation;
  profile: AgentProfile;
}

interface Case extends Party {
  phrases: Phrases;
  /** Whether anything was said in this turn already. */
  spoke: boolean;
  /** Aborted when the caller says something new: what has not left by then does not leave any more. */
  signal?: AbortSignal;
  /** The caller has said yes to this, or pressed the key for it; or the profile itself wants it, not the brain. */
  agreed?: boolean;
  /** What the brain asked for. */
  call?: ToolCall;
}

/** Carries out what a brain asks for, as far as the policy allows it, and each risky action once. */
export class Acting {
  private readonly ledger = new ActionLedger();

  constructor(private readonly options: ActingOptions) {}

  async act(call: ToolCall, asked: Case): Promise<Acted> {
    const given = { ...asked, call };
    const { conversation, profile, phrases, spoke } = given;
    switch (call.name) {
      case 'hang_up': {
        const { result } = call.arguments;
        const known = result !== undefined && profile.outbound?.results.includes(result);
        const action = hangUp({ after: 'speech', ...(known ? { outcome: result } : {}) });
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
  async transferFurther(given: Case, failure: TransferFailure): Promise<Acted | undefined> {
    const { conversation, profile, phrases } = given;
    const last = conversation.transfer;
    conversation.transfer = undefined;
    if (!last) return undefined;
    this.ledger.commit(this.record(given), last.runId, { ok: false, detail: failure });
    noteTransferOutcome(conversation, failure);
    const place = profile.destinations[last.destination];
    if (!place || numbersOf(place).length <= last.attempt + 1) return undefined;
    const acted = await this.transferTo(last.destination, last.attempt + 1, given);
    const say = `${phrases.transfer[failure]} ${phrases.transfer.elsewhere}`;
    return acted.actions.length > 0 ? { ...acted, say } : undefined;
  }

  /** Somebody has taken the call over. */
  transferAnswered(given: Party): void {
    const { conversation } = given;
    if (conversation.transfer)
      this.ledger.commit(this.record(given), conversation.transfer.runId, { ok: true });
    noteTransferOutcome(conversation, 'answered');
    conversation.transfer = undefined;
  }

  /** The caller has called off what was announced. */
  calledOff(given: Party): void {
    const { conversation } = given;
    if (conversation.transfer) {
      const outcome = { ok: false, detail: 'called off' };
      this.ledger.commit(this.record(given), conversation.transfer.runId, outcome);
      conversation.transfers?.pop();
    }
    conversation.transfer = undefined;
  }

  /**
   * A turn begins: what was done before is in the history that the brain is shown. What a process began that has died
   * since may have happened or not: it is not done again in this turn, and the brain is told.
   */
  turnStarted(given: Party): void {
    const { conversation } = given;
    const record = this.record(given);
    const turnId = String(conversation.turns);
    for (const { runId, type, outcome, withdrawn } of record.runs) {
      if (outcome || withdrawn || conversation.transfer?.runId === runId) continue;
      this.ledger.commit(record, runId, UNKNOWN_OUTCOME);
      const what = type === 'send_sms' ? 'a text message was sent' : 'a transfer was begun';
      remember(conversation, { role: 'note', text: `Whether ${what} is not known: something went wrong.` });
    }
    this.ledger.turnStarted(record, turnId);
  }

  /** A turn has come to its end: from here on the same action may be asked for anew, where its kind allows it. */
  turnEnded(given: Party): void {
    this.ledger.turnEnded(this.record(given), String(given.conversation.turns));
  }

  smsFailed(given: Party): void {
    const { conversation } = given;
    const { smsRunId } = conversation;
    if (smsRunId) this.ledger.commit(this.record(given), smsRunId, { ok: false, detail: 'failed' });
    conversation.smsRunId = undefined;
  }

  private record({ conversation, profile }: Party): CallRecord {
    return this.options.records.of(conversation, profile.name);
  }

  private async transferTo(name: string, attempt: number, given: Case): Promise<Acted> {
    const { conversation, profile, phrases } = given;
    const place = Object.hasOwn(profile.destinations, name) ? profile.destinations[name] : undefined;
    if (!place) return { say: phrases.noSuchDestination, actions: [] };
    const claimed = await this.claim({ type: 'transfer', destination: placeName(name, attempt) }, given);
    if (!('runId' in claimed)) return { ...claimed, actions: [] };
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

  private async sendSms(text: string, given: Case): Promise<Acted> {
    const { conversation, phrases, spoke } = given;
    if (conversation.lacks?.includes('send_sms')) {
      this.judged({ type: 'send_sms', text }, NOT_POSSIBLE, given);
      return { say: phrases.smsNotHere, actions: [] };
    }
    if (!conversation.callerNumber) return { say: phrases.smsNeedsNumber, actions: [] };
    const claimed = await this.claim({ type: 'send_sms', text }, given);
    if (!('runId' in claimed)) return { ...claimed, actions: [] };
    // No network reports success: it counts as sent until a failure is reported.
    this.ledger.commit(this.record(given), claimed.runId, { ok: true });
    conversation.smsRunId = claimed.runId;
    remember(conversation, { role: 'note', text: `A text message was sent to the caller: "${text}"` });
    const action = sendSms(claimed.number, text);
    return { say: spoke ? undefined : phrases.smsSent, actions: [action] };
  }

  /** The number to use, once; or what the caller hears instead. */
  private async claim(
    action: RiskyAction,
    given: Case,
  ): Promise<{ number: string; runId: string } | { say?: string }> {
    const { conversation, profile, phrases, signal } = given;
    const record = this.record(given);
    const used = await record.used(action.type);
    const request = {
      action,
      callerNumber: conversation.callerNumber,
      confirmedContent: given.agreed ? actionContent(action) : undefined,
    };
    const rules = policyOf(profile);
    const verdict = used ? judge(request, rules, used, this.options.nowIso()) : NOT_RECORDED;
    if (!verdict.allowed) {
      this.judged(action, verdict, given);
      if (verdict.reason === 'not_confirmed') conversation.asked = given.call;
      return { say: refusalPhrase(verdict.reason, action, phrases, budgetsOf(rules, action.type)) };
    }
    if (signal?.aborted) return {};
    const { number } = verdict;
    const limits = budgetsOf(rules, action.type);
    const claim = await this.ledger.claim(record, {
      turnId: String(conversation.turns),
      action,
      number,
      limits,
    });
    if (!claim.granted) return { say: this.notGranted(claim, action, given) };
    if (signal?.aborted) {
      this.ledger.withdraw(record, claim.runId);
      return {};
    }
    // Not before it is certain that it happens: what was done already is not reported twice.
    this.judged(action, verdict, given);
    return { number: (number ?? '').replace('+', ''), runId: claim.runId };
  }

  /** What the caller hears of an action that the policy allows, but that is not to happen. */
  private notGranted(claim: Exclude<Claim, { granted: true }>, action: RiskyAction, given: Case) {
    const { phrases } = given;
    switch (claim.reason) {
      case 'stale':
        // Another process has answered already.
        return undefined;
      case 'down':
        this.judged(action, NOT_RECORDED, given);
        return phrases.notNow;
      case 'exhausted': {
        const rule = `actions.${action.type}.budgets.${claim.budget}`;
        this.judged(action, { allowed: false, reason: `budget_${claim.budget}`, rule }, given);
        return phrases.usedUp[claim.budget];
      }
      case 'done':
        return claim.outcome.detail === UNKNOWN_OUTCOME.detail ? phrases.notCertain : phrases.alreadyDone;
      default:
        return phrases.alreadyDone;
    }
  }

  /** Notes what the policy has said. */
  private judged(action: RiskyAction, judged: Judged, { conversation, profile }: Case): void {
    const { allowed, reason, rule, number } = judged;
    const { type } = action;
    const { callId, network = 'unknown' } = conversation;
    this.options.onVerdict?.({ network, callId, action: type, allowed, reason, rule });
    this.record({ conversation, profile }).note('verdict', { action: type, allowed, reason, rule });
    const { afterCall } = profile;
    if (!afterCall) return;
    const whole = allowed
      ? ({ type, reason, verdict: 'allowed', number } as const)
      : ({ type, reason, verdict: 'refused' } as const);
    noteJudged(conversation, whole, afterCall.includeNumbers);
  }
}

interface Judged {
  allowed: boolean;
  reason: string;
  rule: string;
  number?: string;
}

/** The network of the call has no such thing, and nothing that would do instead. */
const NOT_POSSIBLE = { allowed: false, reason: 'network_lacks_it', rule: 'network' } as const;

/** What cannot be written down is not done. */
const NOT_RECORDED = { allowed: false, reason: 'not_recorded', rule: 'journal' } as const;

const BUDGET_OF: Readonly<Partial<Record<string, keyof Budgets>>> = {
  budget_call: 'call',
  budget_caller: 'caller',
  budget_profile: 'profile',
  budget_day: 'day',
};

function refusalPhrase(reason: string, action: RiskyAction, phrases: Phrases, limits: Budgets): string {
  if (reason === 'not_confirmed' && (action.type === 'transfer' || action.type === 'send_sms')) {
    return phrases.confirm[action.type];
  }
  if (reason === 'not_recorded') return phrases.notNow;
  const budget = BUDGET_OF[reason];
  // A budget of nothing is not used up: the profile does not want it at all.
  if (budget && limits[budget] > 0) return phrases.usedUp[budget];
  return reason === 'closed' ? phrases.closedNow : phrases.notAllowed;
}
