export { SENTENCE_LANGUAGES } from './abbreviations';
export { SentenceCutter, type SentenceCutterOptions } from './sentence-cutter';
export { speakable } from './speakable';
