import type { Page } from '../store';
import { expires, orderOf, padded } from './dynamodb-items';
import { cut } from './dynamodb-parts';
import { type DynamoTable, type Item, number, numberOf, text } from './dynamodb-table';

/** What was written of calls: `page#<order>`, and its words in `words#<order>`, in several items where they are large. */
export class CallPages {
  private written = 0;

  constructor(
    private readonly table: DynamoTable,
    private readonly nowMs: () => number,
    private readonly liveMs: number,
  ) {}

  /** Words are separate items that go by themselves. */
  async write(callId: string, fence: number, pages: readonly Page[]): Promise<void> {
    const goes = expires(this.nowMs() + this.liveMs);
    const items = pages.flatMap(({ atMs, facts, words }) => {
      this.written += 1;
      const order = `${padded(fence, 10)}#${padded(atMs, 14)}#${padded(this.written, 8)}`;
      const page = {
        pk: text(`call#${callId}`),
        sk: text(`page#${order}`),
        at: number(atMs),
        facts: text(facts),
      };
      const said = cut(words ?? new Uint8Array()).map((part, index) => ({
        pk: page.pk,
        sk: text(index === 0 ? `words#${order}` : `words#${order}#${padded(index, 3)}`),
        words: { B: part },
        expires: goes,
      }));
      return [page, ...said];
    });
    await this.table.put(items);
  }

  /** In the order in which they were written. */
  async of(call: Item): Promise<Page[]> {
    const pages = new Map<string, Page>();
    for await (const item of this.table.query(call.pk?.S ?? '', 'page#')) {
      pages.set(orderOf(item), { atMs: numberOf(item.at), facts: item.facts?.S ?? '{}' });
    }
    for await (const item of this.table.query(call.pk?.S ?? '', 'words#')) {
      const page = pages.get(orderOf(item));
      if (page && item.words?.B) page.words = Buffer.concat([page.words ?? Buffer.of(), item.words.B]);
    }
    return [...pages.values()];
  }
}
