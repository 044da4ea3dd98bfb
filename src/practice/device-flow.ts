import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { practicePaths } from './constants.ts'
import { devicePace } from './device-pace.ts'
import { confirmCodePage, type DeviceForm, messagePage, type Page, userCodePage } from './pages.ts'

/** Eight letters without vowels: enough that nobody guesses one in ten minutes (RFC 8628 section 6.1), and no word comes about. */
const mask = '****-****'
const letters = /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/

const startAgain = 'Start the sign-in again from TokenTray, and type the code that it shows then.'

/** What the library finds wrong with a code, by the name of its error. */
const faults: ReadonlyMap<string, string> = new Map([
  ['NoCodeError', 'No code was typed.'],
  ['NotFoundError', 'No sign-in waits for this code. Compare it with the one that TokenTray shows.'],
  ['ExpiredError', `This code is too old. ${startAgain}`],
  ['AlreadyUsedError', `This code was used already. ${startAgain}`],
])

const done = messagePage(200, 'You are signed in', 'TokenTray goes on by itself. You can close this page.')
const denied = messagePage(200, 'You denied the access', 'TokenTray gets no access. You can close this page.')
const outdated = messagePage(
  400,
  'This page is too old',
  'It was answered already, or it waited too long. Open the address that TokenTray shows once more.',
)
const failed = messagePage(
  500,
  'The practice server failed',
  'It could not keep your answer. Start the sign-in again from TokenTray.',
)

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>

/** The device authorization grant (RFC 8628) with our pages. Who signs in is asked on the consent page, as in every login. */
export const deviceFlow: DeviceFlow = {
  enabled: true,
  charset: 'base-20',
  mask,
  // Nothing of it is shown, so nothing of it is kept.
  deviceInfo: () => ({}),
  userCodeInputSource: (ctx, _form, _out, error) => showPage(ctx, error === undefined ? firstPage(ctx) : faultPage(ctx, error)),
  userCodeConfirmSource: (ctx, _form, _client, _info, userCode) => showPage(ctx, confirmCodePage(formOf(ctx, userCode))),
  successSource: (ctx) => showPage(ctx, done),
}

/** The verification URI that has the user code in it leads to the page that compares it. */
function firstPage(ctx: KoaContextWithOIDC): Page {
  const { userCode } = ctx.state as { readonly userCode?: unknown }
  if (userCode === undefined) return userCodePage(formOf(ctx, ''))
  const code = readable(userCode)
  return code === '' ? userCodePage(formOf(ctx, ''), faults.get('NotFoundError')) : confirmCodePage(formOf(ctx, code))
}

function faultPage(ctx: KoaContextWithOIDC, error: Error): Page {
  const fault = faults.get(error.name)
  if (fault !== undefined) return userCodePage(formOf(ctx, readable((error as { readonly userCode?: unknown }).userCode)), fault)
  // The pages below have no form. The library would keep a secret for one, in a session that may have no cookie, and fail.
  Object.assign(ctx.oidc.session ?? {}, { touched: false })
  if (error.name === 'AbortedError') return denied
  return (error as { readonly expose?: unknown }).expose === true ? outdated : failed
}

function formOf(ctx: KoaContextWithOIDC, userCode: string): DeviceForm {
  return { action: practicePaths.device, secret: String(ctx.oidc.session?.state?.secret), userCode }
}

/** A user code as it is shown, or nothing. What has not the form of a code is not shown again, so nothing can be smuggled into a page. */
function readable(userCode: unknown): string {
  if (typeof userCode !== 'string') return ''
  const code = userCode.replace(/\W/g, '').toUpperCase()
  return letters.test(code) ? `${code.slice(0, 4)}-${code.slice(4)}` : ''
}

function showPage(ctx: KoaContextWithOIDC, page: Page): void {
  ctx.status = page.status
  ctx.set({ ...page.headers })
  ctx.body = page.html
}

/**
 * The user code of `verification_uri_complete` is ours to show: the library would answer it with a page that sends itself by a
 * script, and the person would not see the code that RFC 8628 section 3.3.1 wants them to compare.
 */
export function takeUserCode(ctx: KoaContextWithOIDC): void {
  const { user_code: userCode, ...rest } = ctx.query
  if (ctx.method === 'POST' || userCode === undefined) return
  ctx.state.userCode = userCode
  ctx.query = rest
}

/** Tells the interval, in seconds, and holds clients to it, which the library does neither of. */
export function keepPace(interval: number): (ctx: KoaContextWithOIDC) => void {
  const tooEarly = devicePace(interval)
  return (ctx) => {
    // A request that no route took has no `oidc`, whatever the type says.
    const oidc = ctx.oidc as KoaContextWithOIDC['oidc'] | undefined
    const body = ctx.body as Readonly<Record<string, unknown>> | undefined
    if (oidc?.route === 'device_authorization' && ctx.status === 200) ctx.body = { ...body, interval }
    if (oidc?.route !== 'token' || body?.error !== 'authorization_pending') return
    if (tooEarly(String(oidc.params?.device_code))) {
      ctx.body = { error: 'slow_down', error_description: 'polled before the interval was over, which is longer now' }
    }
  }
}
