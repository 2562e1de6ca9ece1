export * from './action-ledger';
export * from './hours';
export * from './number-rules';
export * from './policy';
export * from './policy-problems';
export * from './reasons';
export * from './risky-action';
