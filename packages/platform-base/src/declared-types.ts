import { type App, MetadataStorage } from '@jovotech/framework';

/** Whether a component of the app names this input type in a `@Handle` or `@Types`. */
export function hasHandlerFor(app: App, type: string): boolean {
  const metadata = MetadataStorage.getInstance();
  for (const node of app.componentTree) {
    const handlers = metadata.getMergedHandlerMetadataOfComponent(node.metadata.target);
    if (handlers.some(({ options }) => options.types?.includes(type))) return true;
  }
  return false;
}
