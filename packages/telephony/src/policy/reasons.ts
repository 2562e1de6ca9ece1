/**
 * Why the policy said what it said: the code goes into the journal, the sentence into an error or to the brain. The
 * sentences name no number. One table, so that docs and tests can list every reason there is.
 */
export const POLICY_REASONS = {
  allowed: 'The action is allowed.',

  // What kind of action, and where to
  action_not_allowed: 'The profile does not allow this action.',
  unknown_destination: 'There is no destination of that name.',
  number_not_named: 'Only named destinations may be called, not numbers.',
  not_the_caller: 'A text message may only go to the caller.',
  caller_unknown: 'The number of the caller is not known.',
  text_empty: 'The text message has no text.',
  text_too_long: 'The text message is too long.',

  // When and how often
  closed: 'It is outside the opening hours.',
  bad_time: 'The time or the opening hours cannot be read.',
  not_confirmed: 'The caller has not confirmed exactly this.',
  budget_call: 'This has been done too often in this call.',
  budget_caller: 'This has been done too often for this caller.',
  budget_profile: 'This has been done too often for this agent today.',
  budget_day: 'This has been done too often today.',
  bad_usage: 'How often this was done before is not known.',
  not_recorded: 'It cannot be written down now that this is done, so it is not done.',

  // Numbers
  number_missing: 'There is no number.',
  number_characters: 'The number contains something other than plain digits after a plus.',
  number_uri: 'The number is an address or a URI, not a phone number.',
  number_extension: 'The number carries an extension or a pause.',
  number_letters: 'The number contains letters.',
  number_keys: 'The number contains keys of a network service.',
  number_zeros: 'The number begins with zeros instead of the plus and country code.',
  number_not_international: 'The number has no plus and country code.',
  number_emergency: 'Emergency numbers must be dialled by the caller.',
  number_too_short: 'The number is too short: a short code or a part of a number.',
  number_too_long: 'The number is too long.',
  number_satellite: 'Satellite and international network numbers are not called.',
  number_not_geographic: 'The number belongs to no country.',
  number_country: 'Numbers of that country are not called.',
  number_denied: 'The profile refuses that number.',
  number_invalid: 'The number cannot exist.',
  number_not_canonical: 'The number is written in a second way: digits that would be dropped.',
  number_premium: 'Premium rate numbers are not called.',
  number_shared_cost: 'Shared cost numbers are not called.',
  number_type: 'Numbers of that type are not called.',
} as const;

export type PolicyReason = keyof typeof POLICY_REASONS;
export type PolicyRefusal = Exclude<PolicyReason, 'allowed'>;
