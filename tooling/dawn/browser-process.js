/** The process of a browser, from its start to its end. */
import { rmSync } from 'node:fs';

/**
 * Starts the first of some browsers that is there, and answers in time.
 * @param launch starts one: its page, its process, and a promise of its version
 * @returns the page and the version; a sentence if none runs
 */
export async function openFirst(browsers, milliseconds, launch) {
  for (const browser of browsers) {
    const { page, process: started, version: answer } = launch(browser);
    const failed = new Promise((resolve) => {
      started.once('error', ({ message }) => resolve({ message }));
      started.once('exit', (code) => resolve({ message: `${browser} exited with ${code}` }));
      setTimeout(() => resolve({ message: `${browser} does not answer` }), milliseconds).unref();
    });
    const version = await Promise.race([answer.catch(({ message }) => ({ message })), failed]);
    if (typeof version === 'string') {
      return { page, version };
    }
    page.close();
  }
  return `none of ${browsers.join(', ')} runs here`;
}

/** Ends a browser, and removes its profile. */
export function endBrowser(browser, profile) {
  browser.kill('SIGKILL');
  const remove = () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  try {
    remove();
  } catch {
    process.once('exit', remove); // the browser's other processes still write to it
  }
}
