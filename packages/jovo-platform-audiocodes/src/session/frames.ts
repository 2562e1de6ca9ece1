import { type Fields, isRecord } from '../wire';

/** What a gateway says on its socket (spec 2.4). */
export type FrameType =
  | 'connection.validate'
  | 'session.initiate'
  | 'session.resume'
  | 'session.end'
  | 'activities'
  | 'userStream.start'
  | 'userStream.chunk'
  | 'userStream.stop'
  | 'playStream.mark.reached';

/** What we say there (spec 2.5). `session.resumed` and the like do not exist. */
export type ReplyType =
  | 'connection.validated'
  | 'session.accepted'
  | 'session.error'
  | 'activities'
  | 'userStream.started'
  | 'userStream.stopped'
  | 'userStream.speech.hypothesis'
  | 'userStream.speech.recognition'
  | 'userStream.speech.started'
  | 'userStream.speech.stopped'
  | 'userStream.speech.committed'
  | 'playStream.start'
  | 'playStream.chunk'
  | 'playStream.stop'
  | 'playStream.mark.set';

/** One frame of ours. It carries the id of its conversation as soon as there is one. */
export type Reply = { type: ReplyType; conversationId?: string } & Readonly<Record<string, unknown>>;

export interface Frame {
  type: FrameType;
  fields: Fields;
}

const FRAME_TYPES: ReadonlySet<string> = new Set<FrameType>([
  'connection.validate',
  'session.initiate',
  'session.resume',
  'session.end',
  'activities',
  'userStream.start',
  'userStream.chunk',
  'userStream.stop',
  'playStream.mark.reached',
]);

/** A text frame as what it says, or why it is ignored (spec 2.2, 2.10). Never throws. */
export function readFrame(text: string): Frame | string {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return 'a frame is not JSON';
  }
  if (!isRecord(fields)) return 'a frame is not a JSON object';
  const { type } = fields;
  if (typeof type !== 'string') return 'a frame has no type';
  return isFrameType(type) ? { type, fields } : 'a frame has a type that is not known here';
}

function isFrameType(type: string): type is FrameType {
  return FRAME_TYPES.has(type);
}
