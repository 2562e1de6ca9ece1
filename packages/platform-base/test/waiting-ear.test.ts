import { WaitingEar } from '../src/waiting-ear';

test('from the words of the caller to the first sound, then every gap within the answer', () => {
  const ear = new WaitingEar();
  ear.waits(1_000);
  expect(ear.sound(1_700, undefined)).toEqual({ silenceMs: 700, first: true });
  // It speaks until 3,000: what comes before that joins seamlessly, what comes later leaves a gap.
  expect(ear.sound(2_900, 3_000)).toBeUndefined();
  expect(ear.sound(4_500, 4_000)).toEqual({ silenceMs: 500, first: false });
});

test('sound that joins what is still being heard ends no silence, but it is the first', () => {
  const ear = new WaitingEar();
  ear.waits(1_000);
  expect(ear.sound(1_100, 2_000)).toEqual({ silenceMs: 0, first: true });
});

test('the network tells when everything was heard: from there on it is silent', () => {
  const ear = new WaitingEar();
  ear.waits(0);
  ear.sound(100, undefined);
  ear.speechEnded(2_000);
  expect(ear.sound(2_300, undefined)).toEqual({ silenceMs: 300, first: false });
});

test('a caller of whom nothing has been heard waits for nothing', () => {
  const ear = new WaitingEar();
  expect(ear.sound(5_000, undefined)).toBeUndefined();
  ear.speechEnded(6_000);
  expect(ear.sound(9_000, undefined)).toBeUndefined();
});
