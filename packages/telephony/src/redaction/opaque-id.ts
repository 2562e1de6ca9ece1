const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Letters and digits together, as machines write; no dot, since "erika.muster" is a name. */
const MADE_BY_A_MACHINE = /^(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9_:-]{1,64}$/;
const DIGITS_IN_A_ROW = /\d{7}/;

/**
 * Whether the id that a network has given to a call says nothing about who calls. One that does not look as if a machine
 * had made it may be anything, a number or a name too: whoever keeps or logs it hashes it.
 */
export function isOpaqueId(id: string): boolean {
  return UUID.test(id) || (MADE_BY_A_MACHINE.test(id) && !DIGITS_IN_A_ROW.test(id));
}
