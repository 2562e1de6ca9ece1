import type { AiflowAction } from './wire';

type Speak = Extract<AiflowAction, { type: 'speak' }>;

/**
 * Joins neighbouring `speak` actions into one utterance, which sounds better and costs one synthesis. Only what is
 * said in the same voice and under the same rule of interruption is joined; the later timeout and silence hold.
 */
export function mergeSpeech(actions: readonly AiflowAction[]): AiflowAction[] {
  const merged: AiflowAction[] = [];
  for (const action of actions) {
    const last = merged.at(-1);
    if (last?.type === 'speak' && action.type === 'speak' && soundAlike(last, action)) {
      merged[merged.length - 1] = join(last, action);
    } else {
      merged.push(action);
    }
  }
  return merged;
}

function soundAlike(a: Speak, b: Speak): boolean {
  return (
    a.session_id === b.session_id &&
    JSON.stringify([a.tts, a.barge_in]) === JSON.stringify([b.tts, b.barge_in]) &&
    (a.ssml === undefined || b.ssml === undefined || openingTag(a.ssml) === openingTag(b.ssml)) &&
    [a.ssml, b.ssml].every((ssml) => ssml === undefined || openingTag(ssml) !== undefined)
  );
}

/** How the document begins; undefined for what is none, or is more than one. */
function openingTag(ssml: string): string | undefined {
  return SPEAK_DOCUMENT.exec(ssml)?.[1];
}

function join(first: Speak, second: Speak): Speak {
  const { text: _text, ssml: _ssml, ...settings } = { ...first, ...second };
  // Without one, the later utterance asks for none: silence after it is not to be reported.
  if (second.user_input_timeout_seconds === undefined) delete settings.user_input_timeout_seconds;
  return first.ssml === undefined && second.ssml === undefined
    ? { ...settings, text: `${first.text} ${second.text}` }
    : { ...settings, ssml: joinSsml(asSsml(first), asSsml(second)) };
}

const SPEAK_DOCUMENT = /^\s*(<speak\b[^>]*>)([\s\S]*?)<\/speak>\s*$/;

function asSsml(speak: Speak): string {
  return speak.ssml ?? `<speak>${escapeXml(speak.text ?? '')}</speak>`;
}

function joinSsml(first: string, second: string): string {
  const [, openFirst = '<speak>', innerFirst = first] = SPEAK_DOCUMENT.exec(first) ?? [];
  const [, openSecond = '<speak>', innerSecond = second] = SPEAK_DOCUMENT.exec(second) ?? [];
  // The longer opening tag is the one that carries version and language.
  const open = openSecond.length > openFirst.length ? openSecond : openFirst;
  return `${open}${innerFirst} ${innerSecond}</speak>`;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
