/** A call as its network describes it, in the words that handlers know. Only `id` can be relied on. */
export interface CallInfo {
  /** Key of the call. Often a UUID, but any non-empty string occurs. */
  id: string;
  /** Whose numbers are called, where the network says so. */
  account_id: string;
  /** On an inbound call our number, on an outbound call the number we dialled. */
  phone_number: string;
  direction?: 'inbound' | 'outbound';
  /** Calling party; empty for an anonymous caller. */
  from_phone_number?: string;
  to_phone_number?: string;
  /** SIP headers, and what else the network told of the call. */
  headers?: Readonly<Record<string, string>>;
  /** What whoever ordered the call has given it. */
  metadata?: Readonly<Record<string, string>>;
}
