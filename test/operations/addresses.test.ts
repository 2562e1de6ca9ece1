import { AddressList, clientAddress, isLocal, subscriberOf } from '../../src/operations/addresses';

const from = (remoteAddress: string | undefined, forwarded?: string | string[]) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

describe('a list of addresses', () => {
  const list = new AddressList(['203.0.113.7', '10.0.0.0/8', '2001:db8::/32']);

  test.each([
    ['203.0.113.7', true],
    ['203.0.113.8', false],
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['2001:db8:1::5', true],
    ['2001:db9::', false],
    // The same address, as sockets that speak both versions show it.
    ['::ffff:10.1.2.3', true],
    ['::ffff:a01:203', true],
    ['fe80::1%eth0', false],
    ['10.1', false],
    ['0x0a.0.0.1', false],
    ['not an address', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (address, expected) => {
    expect(list.has(address)).toBe(expected);
  });

  test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', 'example.com', '10.0.0', ''])(
    '"%s" is refused',
    (entry) => {
      expect(() => new AddressList([entry])).toThrow(RangeError);
    },
  );
});

describe('where a request comes from', () => {
  test('without a trusted proxy: from the peer, whatever the header says', () => {
    expect(clientAddress(from('198.51.100.1', '203.0.113.9'), 0)).toBe('198.51.100.1');
    expect(clientAddress(from('198.51.100.1', '203.0.113.9'), new AddressList(['10.0.0.0/8']))).toBe(
      '198.51.100.1',
    );
  });

  test('behind so many proxies: counted from the end of the header', () => {
    expect(clientAddress(from('10.0.0.1', '203.0.113.9'), 1)).toBe('203.0.113.9');
    expect(clientAddress(from('10.0.0.1', '203.0.113.9, 10.0.0.2'), 2)).toBe('203.0.113.9');
  });

  test('what a sender puts before it changes nothing', () => {
    expect(clientAddress(from('10.0.0.1', '1.1.1.1, 203.0.113.9'), 1)).toBe('203.0.113.9');
    expect(clientAddress(from('10.0.0.1', ['1.1.1.1', '203.0.113.9']), 1)).toBe('203.0.113.9');
    expect(
      clientAddress(from('10.0.0.1', '1.1.1.1, 203.0.113.9, 10.9.9.9'), new AddressList(['10.0.0.0/8'])),
    ).toBe('203.0.113.9');
  });

  test('a header that ends early or cannot be read: from the last one that is known', () => {
    expect(clientAddress(from('10.0.0.1'), 1)).toBe('10.0.0.1');
    expect(clientAddress(from('10.0.0.1', 'unknown'), 1)).toBe('10.0.0.1');
    expect(clientAddress(from('10.0.0.1', '203.0.113.9'), 9)).toBe('203.0.113.9');
    expect(clientAddress(from(undefined), 0)).toBeUndefined();
  });

  test.each([
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::1]:80', '2001:db8::1'],
    ['[2001:DB8:0::1]', '2001:db8::1'],
    ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    // Neither is an address.
    ['203.0.113.9:', '10.0.0.1'],
    ['[203.0.113.9:80', '10.0.0.1'],
  ])('%s, as a proxy writes it: %s', (written, address) => {
    expect(clientAddress(from('10.0.0.1', written), 1)).toBe(address);
  });

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, subscriber) => {
    expect(subscriberOf(address)).toBe(subscriber);
  });

  test('this machine is meant only where nobody passed the request on', () => {
    expect(isLocal(from('127.0.0.1'))).toBe(true);
    expect(isLocal(from('::ffff:127.0.0.1'))).toBe(true);
    expect(isLocal(from('::1'))).toBe(true);
    expect(isLocal(from('127.0.0.1', '203.0.113.9'))).toBe(false);
    expect(isLocal({ socket: { remoteAddress: '127.0.0.1' }, headers: { forwarded: 'for=1.2.3.4' } })).toBe(
      false,
    );
    expect(isLocal(from('203.0.113.9'))).toBe(false);
  });
});
