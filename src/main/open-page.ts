import { shell } from 'electron'
import { BrokerError } from '../protocol/index.ts'
import { mayOpenExternally } from './external-url.ts'

/** Sends the browser to the page of a login. */
export async function openSignInPage(url: string): Promise<void> {
  if (!mayOpenExternally(url)) {
    throw new BrokerError('login_failed', 'The sign-in page has an address that is not opened from here.')
  }
  await open(url, 'Copy the sign-in link and open it in a browser yourself. The sign-in goes on waiting.')
}

/** Sends the browser to a page that tells something; only https, as these are pages of the providers. */
export async function openPage(url: string | undefined): Promise<void> {
  if (url === undefined || !url.startsWith('https://') || !mayOpenExternally(url)) {
    throw new BrokerError('invalid_request', 'This page has no address that is opened from here.', {
      fix: '`tokentray providers` shows the address.',
    })
  }
  await open(url, '`tokentray providers` shows the address, so that you can open it yourself.')
}

async function open(url: string, fix: string): Promise<void> {
  try {
    await shell.openExternal(url)
  } catch {
    // The cause would repeat the address, which carries the `state` value of a login.
    throw new BrokerError('temporarily_unavailable', 'No browser could be opened.', { fix })
  }
}
