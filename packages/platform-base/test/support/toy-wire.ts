import { InputType, speechDurationMs } from '@jovo-telephony/telephony';
import { CallResponse, type EventRule, type OwnEvent, type Wire } from '../../src';

/** A network made up for these tests: as little as a network can be, with keys for its events. */
export interface Toy {
  event: { type: string; call: string; text?: string; key?: string; again?: boolean };
  action: { do: 'say' | 'stop' | 'bye' | 'forward' | 'connect'; text?: string };
  notes: { said: number };
}

export class ToyResponse extends CallResponse<Toy> {
  hasSessionEnded(): boolean {
    return this.actions.some((action) => action.do === 'bye');
  }

  toJSON(): Toy['action'][] {
    return this.actions;
  }
}

const RULES: Readonly<Record<string, EventRule>> = {
  start: { inputType: InputType.SESSION_START, means: 'start', awaitsAnswer: true },
  words: { inputType: InputType.USER_SPEAK, means: 'words', interrupts: true, awaitsAnswer: true },
  sound: { inputType: InputType.USER_SPEECH_STARTED, interrupts: 'sound', acceptsNoAction: true },
  noise: { inputType: InputType.USER_SPEECH_ABANDONED },
  stopping: { inputType: InputType.SERVER_STOPPING },
  key: { inputType: InputType.DTMF_RECEIVED, awaitsAnswer: true },
  heard: { inputType: InputType.ASSISTANT_SPEECH_ENDED, means: 'speech_ended' },
  silence: { inputType: InputType.USER_INPUT_TIMEOUT, means: 'silence', awaitsAnswer: true },
  back: { inputType: InputType.TRANSFER_FAILED, means: 'transfer_failed', awaitsAnswer: true },
  end: { inputType: InputType.SESSION_END, means: 'end', interrupts: true, acceptsNoAction: true },
};

const OWN_EVENTS: Readonly<Record<OwnEvent, string>> = {
  [InputType.SESSION_END]: 'end',
  [InputType.USER_SPEECH_ABANDONED]: 'noise',
  [InputType.SERVER_STOPPING]: 'stopping',
};

const UNKNOWN: EventRule = { inputType: InputType.NOTIFICATION_EVENT_UNHANDLED, acceptsNoAction: true };

const DOES = new Set(['say', 'stop', 'bye', 'forward', 'connect']);

export const toyWire: Wire<Toy> = {
  network: 'toy',
  capabilities: (push) => ({
    network: 'toy',
    push,
    ssml: false,
    actions: {
      speak: 'native',
      play: 'none',
      background: 'none',
      background_stop: 'none',
      stop_speaking: 'native',
      listen: 'none',
      hang_up: 'native',
      transfer: 'native',
      send_sms: 'none',
      network_settings: 'none',
    },
  }),
  read(raw) {
    const event = raw as Toy['event'] | null;
    return typeof event?.call === 'string' && typeof event.type === 'string'
      ? { verdict: 'handle', events: [event] }
      : { verdict: 'reject', reason: 'an event has a type and a call' };
  },
  callId: ({ call }) => call,
  rule: (type) => RULES[type] ?? UNKNOWN,
  inputType: ({ type }) => (RULES[type] ?? UNKNOWN).inputType,
  bargedIn: ({ text }) => text?.startsWith('!') ?? false,
  words: ({ text }) => text,
  info: () => ({}),
  withInfo: (event) => event,
  startedAgain: (event, { repeated, transferring }) => ({
    ...event,
    type: transferring ? 'back' : event.type,
    again: repeated,
  }),
  ownEvent: (type, call) => ({ type: OWN_EVENTS[type], call }),
  key: ({ key }) => key,
  newNotes: () => ({ said: 0 }),
  left(_action, notes) {
    notes.said += 1;
  },
  write: (raw) =>
    DOES.has(String(raw.do))
      ? { action: raw as unknown as Toy['action'], faults: [] }
      : { faults: ['"do": one of the actions'] },
  say: (text) => ({ do: 'say', text }),
  isUnheard: () => false,
  effect({ do: does, text }) {
    if (does === 'say') return { speaksForMs: speechDurationMs(text ?? '') };
    if (does === 'stop') return { stopsSpeech: true };
    return does === 'connect' ? { transfers: true } : { closes: true };
  },
  response(actions) {
    const response = new ToyResponse();
    response.actions = [...actions];
    return response;
  },
};
