import { MemoryStore } from '../../src/journal/stores/memory';
import { storeConformance } from './store-conformance';

storeConformance('in memory', async () => {
  const store = new MemoryStore();
  return { one: store, two: store };
});
