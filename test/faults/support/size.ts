/** How large a proof is: as the environment says, or for every change, or for a night (`npm run test:night`). */
export function sizeOf(variable: string, { usually, atNight }: { usually: number; atNight: number }): number {
  const given = process.env[variable];
  if (given) return Number(given);
  return process.env.TESTS === 'night' ? atNight : usually;
}
