import type { CountryCode, PhoneNumberType } from 'libphonenumber-js/max';
import type { PolicyRefusal } from './reasons';

/**
 * Numbers that reach help or a public service on three digits, somewhere. A call to one of them must be made by the
 * caller's own phone: only that tells the responders where the caller is.
 */
export const EMERGENCY_NUMBERS: ReadonlySet<string> = new Set(
  (
    '000 100 101 102 103 104 105 106 107 108 110 111 112 113 114 115 116 117 118 119 120 122 123 125 126 127 128 ' +
    '129 130 131 132 133 140 141 142 143 144 145 147 150 155 158 160 180 185 190 191 192 193 194 195 197 198 199 ' +
    '901 902 903 904 905 907 911 912 913 917 933 977 985 988 990 991 992 993 994 995 996 997 998 999 08 061 062 066 080'
  ).split(' '),
);

/** Country codes that belong to no country (ITU-T E.164 list of assigned codes), all refused. */
export const NON_GEOGRAPHIC: readonly [prefix: string, reason: PolicyRefusal][] = [
  ['870', 'number_satellite'],
  ['881', 'number_satellite'],
  ['882', 'number_satellite'],
  ['883', 'number_satellite'],
  ['871', 'number_satellite'],
  ['872', 'number_satellite'],
  ['873', 'number_satellite'],
  ['874', 'number_satellite'],
  ['979', 'number_premium'],
  ['808', 'number_shared_cost'],
  ['800', 'number_not_geographic'],
  ['875', 'number_not_geographic'],
  ['876', 'number_not_geographic'],
  ['877', 'number_not_geographic'],
  ['878', 'number_not_geographic'],
  ['879', 'number_not_geographic'],
  ['888', 'number_not_geographic'],
  ['991', 'number_not_geographic'],
  ['999', 'number_not_geographic'],
];

/**
 * Country codes that several countries share, and who is meant by the bare code. The others cost up to fifty times as
 * much (the Caribbean behind +1) and need a prefix of their own, such as `+1876`.
 */
export const SHARED_CODES: Readonly<Record<string, readonly CountryCode[]>> = {
  1: ['US', 'CA'],
  7: ['RU'],
  39: ['IT'],
  44: ['GB'],
  47: ['NO'],
  61: ['AU'],
  212: ['MA'],
  262: ['RE'],
  290: ['SH'],
  358: ['FI'],
  590: ['GP'],
  599: ['CW'],
};

/** Types that no profile can switch on. */
export const NEVER: Readonly<Partial<Record<PhoneNumberType, PolicyRefusal>>> = {
  PREMIUM_RATE: 'number_premium',
  SHARED_COST: 'number_shared_cost',
  PAGER: 'number_type',
};

export const DEFAULT_TYPES: readonly PhoneNumberType[] = ['FIXED_LINE', 'MOBILE', 'FIXED_LINE_OR_MOBILE'];

/** Where subscriber numbers can be so short that an area code and 110 look like a number: +49 211 110. */
export const VARIABLE_LENGTH_CODES: readonly string[] = ['49', '43'];
