import { createHash } from 'node:crypto'
import { pageStyle } from './page-style.ts'
import type { PracticePerson } from './people.ts'

/** A page with everything it is served with. */
export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
}

const styleHash = createHash('sha256').update(pageStyle).digest('base64')

const logo = `<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#3a52d6"/>
<path d="M7 18h5l2 3h4l2-3h5v5a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2z" fill="#fff"/><circle cx="16" cy="11" r="4.5" fill="#ffd166"/></svg>`

/** The headers of a page. A form may end on `formTargets`: browsers hold the redirects after it to the policy, too. */
function headers(formTargets: readonly string[]): Record<string, string> {
  const formAction = formTargets.length === 0 ? "'none'" : formTargets.join(' ')
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${styleHash}'`,
      'img-src data:',
      `form-action ${formAction}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    ...quietHeaders,
  }
}

/** What every answer of the server carries: it is for this client, for once, and for nobody's history. */
export const quietHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/**
 * The page of a login: who, and whether at all. It is the same for every request, so nothing of a request can show up in it. A
 * login ends on one of `redirectOrigins`, or here when it is one by device code.
 */
export function consentPage(people: readonly PracticePerson[], redirectOrigins: readonly string[]): Page {
  return {
    status: 200,
    headers: headers(["'self'", ...redirectOrigins]),
    html: shell(
      'Sign in to the practice server',
      `<h1>Allow TokenTray to use this practice account?</h1>
<p>Nobody here is real, so you can try everything: nothing leaves this computer.</p>
<form method="post">
<fieldset><legend>Sign in as</legend>
${people.map(personChoice).join('\n')}
</fieldset>
<p class="can">TokenTray will be able to:</p>
<ul class="grants"><li>See this name and email address</li><li>Use the practice API</li><li>Stay signed in until you sign it out</li></ul>
<div class="choice"><button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></div>
</form>`,
    ),
  }
}

/** What the pages of a device login share: the secret that binds the form to its browser, and the user code. */
export interface DeviceForm {
  readonly action: string
  readonly secret: string
  readonly userCode: string
}

/** The page that asks for the user code (RFC 8628 section 3.3). `fault` says what was wrong with the one before. */
export function userCodePage({ action, secret, userCode }: DeviceForm, fault?: string): Page {
  const notice = fault === undefined ? '' : `<p class="fault" id="fault" role="alert">${escapeHtml(fault)}</p>\n`
  const marks = fault === undefined ? '' : ' aria-invalid="true" aria-describedby="fault"'
  return {
    status: fault === undefined ? 200 : 400,
    headers: headers(["'self'"]),
    html: shell(
      'Sign in with a code',
      `<h1>Type the code that TokenTray shows</h1>
<p>It has eight letters. Capitals, spaces and the dash do not matter.</p>
${notice}<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="xsrf" value="${escapeHtml(secret)}">
<label class="ask">Code<input class="code" type="text" name="user_code" value="${escapeHtml(userCode)}" maxlength="32"
autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus required${marks}></label>
<div class="choice"><button class="go">Continue</button></div>
</form>`,
    ),
  }
}

/** The page that shows the user code once more, so that a person who was sent here with somebody else's code notices it. */
export function confirmCodePage({ action, secret, userCode }: DeviceForm): Page {
  return {
    status: 200,
    headers: headers(["'self'"]),
    html: shell(
      'Compare the code',
      `<h1>Does TokenTray show this code?</h1>
<p class="code">${escapeHtml(userCode)}</p>
<p>If it shows another one, or if you did not start a sign-in, deny it: somebody else wants to be let in.</p>
<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="xsrf" value="${escapeHtml(secret)}">
<input type="hidden" name="user_code" value="${escapeHtml(userCode)}">
<div class="choice"><button class="go" name="confirm" value="yes">Yes, continue</button><button name="abort" value="yes">No, deny</button></div>
</form>`,
    ),
  }
}

/** A page that says one thing. Both texts are constants of ours. */
export function messagePage(status: number, title: string, text: string): Page {
  return { status, headers: headers([]), html: shell(title, `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(text)}</p>`) }
}

function personChoice(person: PracticePerson, index: number): string {
  const [id, name, email] = [person.id, person.name, person.email].map(escapeHtml)
  const face = escapeHtml([...person.name][0] ?? '')
  return `<label class="person"><input type="radio" name="person" value="${id}"${index === 0 ? ' checked' : ''}>
<span class="face" aria-hidden="true">${face}</span><span class="words">${name}<small>${email}</small></span></label>`
}

function shell(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<main>
<div class="brand">${logo}TokenTray practice server</div>
${body}
</main>
</body>
</html>
`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
