export * from './shared-keeper';
