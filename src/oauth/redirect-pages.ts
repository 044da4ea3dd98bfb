import { createHash } from 'node:crypto'

/**
 * The pages of the redirect port. They are constant: nothing of a request is ever written into one. The script takes the query
 * with the code out of the browser's history; the policy allows exactly this script and this style.
 */
const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;
place-items:center;background:light-dark(#f6f6f4,#1c1c1e);color:light-dark(#1d1d1f,#f2f2f2)}main{max-width:26rem;padding:2.5rem;
text-align:center}h1{font-size:1.35rem;font-weight:600;margin:1rem 0 .5rem}p{margin:0;opacity:.75}.mark{width:3rem;height:3rem;
border-radius:50%;display:grid;place-items:center;margin:auto;font-size:1.5rem;color:#fff;background:#2f7d5b}
.mark.stop{background:#a8563b}`
const script = `history.replaceState(null,'','/success')`

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** RFC 8252 section 8 and RFC 9700 section 4.2: the response must not leak through cache, referrer or frames. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
}

function page(title: string, text: string, mark: '✓' | '!'): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · TokenTray</title><style>${style}</style></head><body><main>
<div class="mark${mark === '!' ? ' stop' : ''}" aria-hidden="true">${mark}</div><h1>${title}</h1><p>${text}</p></main>
<script>${script}</script></body></html>`
}

export const pages = {
  received: page('You can close this tab', 'TokenTray has the answer and finishes the sign-in.', '✓'),
  refused: page('The access was not allowed', 'Nothing was changed. You can close this tab and try again in TokenTray.', '!'),
  unknown: page(
    'This link belongs to no sign-in',
    'It is old, or it was used already. Start the sign-in again in TokenTray, and use the newest link.',
    '!',
  ),
  cancelled: page('The sign-in was cancelled', 'Nothing was changed. You can close this tab.', '!'),
  notFound: page('There is nothing here', 'This address only waits for the end of a sign-in.', '!'),
} as const

export type PageName = keyof typeof pages
