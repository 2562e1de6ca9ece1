import type { Observation, Observe, ObservedCall, ObservedTurn } from '@jovo-telephony/telephony';
import { context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { kindOf, loggedCallId } from './log';

type Noted = Extract<Observation, ObservedCall>;

/** What a span is told of while its turn runs, as an event of the span. */
const EVENTS: { [TYPE in Noted['type']]?: (seen: Extract<Noted, { type: TYPE }>) => Attributes } = {
  answer_began: ({ afterMs }) => ({ 'telephony.after_ms': Math.round(afterMs) }),
  filler_said: () => ({}),
  silence_ended: ({ silenceMs }) => ({ 'telephony.silence_ms': Math.round(silenceMs) }),
  interrupted: ({ meaning }) => ({ 'telephony.meaning': meaning }),
  action_judged: ({ action, allowed, reason }) => ({
    'telephony.action': action,
    'telephony.allowed': allowed,
    'telephony.reason': reason,
  }),
  answer_failed: ({ error }) => ({ 'error.type': kindOf(error).kind }),
};

type Attributes = Record<string, string | number | boolean>;

/**
 * One span per turn. Without an OpenTelemetry SDK in the process the spans go nowhere and cost next to nothing; with
 * one (`node --require ./tracing.js`) they go where it sends them. Attributes are names of ours and durations.
 */
export class TurnSpans {
  /** The turn of each call that runs now, by call. */
  private readonly open = new Map<string, { span: Span; turn: number }>();
  private readonly tracer: Tracer;

  constructor(tracer?: Tracer) {
    this.tracer = tracer ?? trace.getTracer('jovo-telephony');
  }

  readonly observe: Observe = (seen) => {
    if (seen.type === 'turn_began') this.begin(seen);
    else if (seen.type === 'turn_ended') this.end(seen);
    else if ('callId' in seen) this.note(seen);
  };

  /** Runs the work of a turn so that what it asks of others, a language model for example, is part of its span. */
  within<T>({ network, callId, turn }: ObservedTurn, work: () => T): T {
    const current = this.open.get(keyOf(network, callId));
    if (current?.turn !== turn) return work();
    return context.with(trace.setSpan(context.active(), current.span), work);
  }

  private begin({ network, callId, turn, inputType, waitedMs }: Extract<Noted, { type: 'turn_began' }>) {
    const span = this.tracer.startSpan(`turn ${inputType}`, {
      kind: SpanKind.SERVER,
      startTime: Date.now() - waitedMs,
      attributes: {
        'telephony.network': network,
        'telephony.call_id': loggedCallId(callId),
        'telephony.input': inputType,
        'telephony.turn': turn,
        'telephony.waited_ms': Math.round(waitedMs),
      },
    });
    const key = keyOf(network, callId);
    // The one before was left behind: nobody waits for its end.
    this.open.get(key)?.span.end();
    this.open.set(key, { span, turn });
  }

  private end({ network, callId, turn, result }: Extract<Noted, { type: 'turn_ended' }>) {
    const key = keyOf(network, callId);
    const current = this.open.get(key);
    // A turn that was left behind: its span has ended.
    if (current?.turn !== turn) return;
    this.open.delete(key);
    current.span.setAttribute('telephony.result', result);
    if (result === 'failed') current.span.setStatus({ code: SpanStatusCode.ERROR });
    current.span.end();
  }

  private note(seen: Noted): void {
    const current = this.open.get(keyOf(seen.network, seen.callId));
    const attributes = EVENTS[seen.type] as ((seen: Noted) => Attributes) | undefined;
    if (!current || !attributes) return;
    current.span.addEvent(seen.type, attributes(seen));
    if (seen.type === 'answer_failed') current.span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

function keyOf(network: string, callId: string): string {
  return `${network} ${callId}`;
}
