/** Bundles a program for Node. @returns its file, in a folder that is removed when this process ends */
export function bundleForNode(entry: URL): Promise<URL>;
/** Bundles a program for a page. @returns its text */
export function bundleForPage(entry: URL): Promise<string>;
