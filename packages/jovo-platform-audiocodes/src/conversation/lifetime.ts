/** The lifetime of a conversation that we tell, and how much longer we are patient (spec 1.5, 1.8). */
export const LIFETIME = { expiresSeconds: 120, patience: 1.5 } as const;
