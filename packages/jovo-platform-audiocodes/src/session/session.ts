import { readId } from '../conversation/requests';
import { agreedFormat, isMediaFormat, type MediaFormat } from '../media-formats';
import { type Fields, textIn } from '../wire';
import type { Frame, Reply } from './frames';

/** One socket of a gateway (spec 2.1): it begins without a session and carries at most one. */
export type SessionState =
  | { phase: 'fresh' }
  | { phase: 'open'; id: string; mediaFormat: MediaFormat }
  /** Refused, ended or taken over: whatever comes is ignored. */
  | { phase: 'over' };

/** What the gateway tells when it opens a session. The rest comes with the activity `start`. */
export interface SessionFacts {
  botName?: string;
  caller?: string;
  /** The gateway wants to hear audio of ours, not text. */
  expectsAudio: boolean;
  mediaFormat: MediaFormat;
}

/** What has to be done because of a frame. */
export type SessionEffect =
  /** A call begins on this socket. One that lives on another socket moves here. */
  | { do: 'open'; id: string; facts: SessionFacts }
  /** A call that has lost its socket goes on here: streams start anew. */
  | { do: 'resume'; id: string }
  | { do: 'activities'; activities: readonly unknown[] }
  | { do: 'userStreamStart' | 'userStreamStop'; participant?: string }
  | { do: 'userStreamChunk'; participant?: string; chunk: unknown }
  | { do: 'markReached'; fields: Fields }
  | { do: 'end'; reason?: string; reasonCode?: string }
  /** Close the socket once the replies have left. */
  | { do: 'close' };

export interface SessionStep {
  state: SessionState;
  replies: Reply[];
  effects: SessionEffect[];
  /** Why a frame was ignored; holds no word of the caller. */
  ignored?: string;
}

/** What the state machine has to know of the world. */
export interface SessionWorld {
  /** The format of a conversation that can be taken up again; undefined if nobody knows it any more. */
  formatOf(id: string): MediaFormat | undefined;
  /** What we can decode; none: only text is spoken and heard here. */
  decodable: readonly MediaFormat[];
  /** What we would rather have, best first. */
  preferred: readonly MediaFormat[];
  /** Whether we cannot do without audio. */
  audioOnly?: boolean;
}

export const FRESH: SessionState = { phase: 'fresh' };

/** What follows from one frame (spec 2.4, 2.10). Pure. */
export function nextSession(state: SessionState, frame: Frame, world: SessionWorld): SessionStep {
  switch (frame.type) {
    case 'connection.validate':
      // An administrator tries the connection; no call is meant, not even if an id stands in it.
      return { state, replies: [{ type: 'connection.validated', success: true }], effects: [] };
    case 'session.initiate':
      return initiate(state, frame.fields, world);
    case 'session.resume':
      return resume(state, frame.fields, world);
    default:
      return within(state, frame);
  }
}

function initiate(state: SessionState, fields: Fields, world: SessionWorld): SessionStep {
  if (state.phase === 'over') return ignored(state, 'the session of this socket is over');
  const id = readId(fields, 'conversationId');
  if (typeof id !== 'string') return refused(undefined, id.reject);
  if (state.phase === 'open') {
    if (state.id === id) return { state, replies: [accepted(state)], effects: [] };
    // The healthy call goes on.
    const reason = 'this socket already carries another conversation';
    return { state, replies: [{ type: 'session.error', conversationId: id, reason }], effects: [] };
  }
  const expectsAudio = fields.expectAudioMessages === true;
  if (world.audioOnly && fields.expectAudioMessages === false) {
    return refused(id, 'this bot speaks audio only; set directTTS at the gateway');
  }
  const mediaFormat = agreedFormat(fields.supportedMediaFormats, world.decodable, world.preferred);
  if (mediaFormat === undefined && (expectsAudio || world.audioOnly)) {
    return refused(id, `no supported media format; supported are ${world.decodable.join(', ')}`);
  }
  const open = { phase: 'open', id, mediaFormat: mediaFormat ?? world.decodable[0] ?? 'raw/lpcm16' } as const;
  const facts: SessionFacts = { expectsAudio, mediaFormat: open.mediaFormat };
  const [botName, caller] = [textIn(fields.botName), textIn(fields.caller)];
  if (botName) facts.botName = botName;
  if (caller) facts.caller = caller;
  return { state: open, replies: [accepted(open)], effects: [{ do: 'open', id, facts }] };
}

function resume(state: SessionState, fields: Fields, world: SessionWorld): SessionStep {
  if (state.phase === 'over') return ignored(state, 'the session of this socket is over');
  const id = readId(fields, 'conversationId');
  if (typeof id !== 'string') return refused(undefined, id.reject);
  if (state.phase === 'open') {
    if (state.id === id) return { state, replies: [accepted(state)], effects: [] };
    const reason = 'this socket already carries another conversation';
    return { state, replies: [{ type: 'session.error', conversationId: id, reason }], effects: [] };
  }
  const agreed = world.formatOf(id);
  if (agreed === undefined) return refused(id, 'conversation not found');
  const open = { phase: 'open', id, mediaFormat: stillOffered(fields, agreed, world) } as const;
  return { state: open, replies: [accepted(open)], effects: [{ do: 'resume', id }] };
}

/** The format that was agreed on first, unless the gateway no longer has it. */
function stillOffered(fields: Fields, agreed: MediaFormat, world: SessionWorld): MediaFormat {
  const offered = fields.supportedMediaFormats;
  if (!Array.isArray(offered) || offered.filter(isMediaFormat).includes(agreed)) return agreed;
  return agreedFormat(offered, world.decodable, world.preferred) ?? agreed;
}

/** Frames that belong to the session of this socket. */
function within(state: SessionState, { type, fields }: Frame): SessionStep {
  if (state.phase !== 'open') return ignored(state, `${type} without a session`);
  const { conversationId } = fields;
  if (typeof conversationId === 'string' && conversationId !== '' && conversationId !== state.id) {
    return ignored(state, `${type} of another conversation`);
  }
  const participant = textIn(fields.participant);
  const who = participant === undefined ? {} : { participant };
  const acknowledged = (reply: 'userStream.started' | 'userStream.stopped', effect: SessionEffect) => ({
    state,
    replies: [{ type: reply, conversationId: state.id, ...who }],
    effects: [effect],
  });
  switch (type) {
    case 'activities': {
      if (!Array.isArray(fields.activities)) return ignored(state, '"activities" is not a list');
      return { state, replies: [], effects: [{ do: 'activities', activities: fields.activities }] };
    }
    case 'userStream.start':
      return acknowledged('userStream.started', { do: 'userStreamStart', ...who });
    case 'userStream.stop':
      return acknowledged('userStream.stopped', { do: 'userStreamStop', ...who });
    case 'userStream.chunk':
      return { state, replies: [], effects: [{ do: 'userStreamChunk', ...who, chunk: fields.audioChunk }] };
    case 'playStream.mark.reached':
      return { state, replies: [], effects: [{ do: 'markReached', fields }] };
    case 'session.end':
      return { state: { phase: 'over' }, replies: [], effects: [endOf(fields)] };
    default:
      return ignored(state, `${type} is not expected here`);
  }
}

function endOf(fields: Fields): SessionEffect {
  const [reason, reasonCode] = [textIn(fields.reason), textIn(fields.reasonCode)];
  return { do: 'end', ...(reason && { reason }), ...(reasonCode && { reasonCode }) };
}

function accepted({ id, mediaFormat }: { id: string; mediaFormat: MediaFormat }): Reply {
  return { type: 'session.accepted', conversationId: id, mediaFormat };
}

function refused(id: string | undefined, reason: string): SessionStep {
  return {
    state: { phase: 'over' },
    replies: [{ type: 'session.error', ...(id !== undefined && { conversationId: id }), reason }],
    effects: [{ do: 'close' }],
  };
}

function ignored(state: SessionState, reason: string): SessionStep {
  return { state, replies: [], effects: [], ignored: reason };
}
