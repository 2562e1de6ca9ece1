import { allowedCaller, DialerError, dialoutFaults, dialoutFields } from '../src';
import { fixture } from './support/fixtures';

const MINIMAL = { bot: 'reminder-bot', target: 'tel:+12025550143' };

describe('the fields of a dialout request', () => {
  it.each(['dialout-request', 'dialout-request-minimal'])('takes the example %s as it is', (name) => {
    expect(dialoutFields(fixture(name))).toEqual(fixture(name));
  });

  it('says in the words of the gateway what is missing', () => {
    const { error } = fixture('dialout-error-400');
    expect(dialoutFaults({ target: 'tel:+12025550143' })).toEqual([error]);
  });

  it.each([
    ['answerTimeoutSec', 1, 300, 0.99, 300.01],
    ['voicemailEndTimeoutSec', 0, 3_600, -1, 3_601],
  ])('%s is taken at its limits and not beyond', (name, least, most, below, above) => {
    expect(dialoutFaults({ ...MINIMAL, [name]: least })).toEqual([]);
    expect(dialoutFaults({ ...MINIMAL, [name]: most })).toEqual([]);
    for (const wrong of [below, above, Number.NaN, '20', null]) {
      expect(dialoutFaults({ ...MINIMAL, [name]: wrong })).toEqual([
        expect.stringContaining(`${name}: expected`),
      ]);
    }
  });

  it.each(['disabled', 'disconnect', 'detect'])('machine detection can be %s', (machineDetection) => {
    expect(dialoutFaults({ ...MINIMAL, machineDetection })).toEqual([]);
  });

  it.each([
    ['bot', ''],
    ['bot', 'b'.repeat(257)],
    ['bot', 7],
    ['target', '   '],
    ['caller', 49211],
    ['callerHost', 'evil\r\nX-Header: 1'],
    ['callerDisplayName', 'Praxis\nSommer'],
    ['notifyUrl', '/call/454/notify'],
    ['notifyUrl', 'ftp://dialer.example.com/notify'],
    ['notifyUrl', 'http://'],
    ['metadata', ['Alice']],
    ['metadata', 'Alice'],
    ['metadata', { text: 'x'.repeat(65_536) }],
    ['machineDetection', 'Detect'],
    ['machineDetection', true],
  ])('%s: refuses %j and says what is expected', (name, value) => {
    const faults = dialoutFaults({ ...MINIMAL, [name]: value });
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}: expected .+\\.$`))]);
  });

  it.each([[[]], ['text'], [null], [undefined]])('refuses a body that is no object: %j', (body) => {
    expect(dialoutFaults(body)).toEqual(['The body must be a JSON object.']);
  });

  it('tells every fault at once', () => {
    const wrong = () => dialoutFields({ answerTimeoutSec: 301, machineDetection: 'maybe' });
    expect(wrong).toThrow(DialerError);
    expect(dialoutFaults({ answerTimeoutSec: 301, machineDetection: 'maybe' })).toHaveLength(4);
  });

  it('sends no field that it does not know, and is not deceived by inherited ones', () => {
    expect(dialoutFields({ ...MINIMAL, colour: 'red' })).toEqual(MINIMAL);
    expect(dialoutFaults(Object.create(MINIMAL))).toHaveLength(2);
  });
});

describe('the calling number', () => {
  it('may be left out where exactly one is allowed', () => {
    expect(allowedCaller(undefined, ['+12025550100'])).toBe('+12025550100');
    expect(() => allowedCaller(undefined, ['+12025550100', '+12025550101'])).toThrow(/caller: expected/);
    expect(() => allowedCaller(undefined, undefined)).toThrow(/caller: expected/);
  });

  it('must be one of several, however it is written', () => {
    const allowed = ['1-800-111-111', '+12025550100'];
    expect(allowedCaller('1800111111', allowed)).toBe('1-800-111-111');
    expect(() => allowedCaller('1-800-111-112', allowed)).toThrow(/one of the numbers/);
  });

  it('is anything where no list is kept', () => {
    expect(allowedCaller('1-800-111-111', undefined)).toBe('1-800-111-111');
    expect(allowedCaller('reception', [])).toBe('reception');
  });
});
