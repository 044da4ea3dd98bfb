import { assertNever } from '../../core/assert-never.ts'
import { accountName, endWords } from '../../ipc/account-words.ts'
import { askingClients } from '../../ipc/approval-words.ts'
import { foreignOwner } from '../../ipc/owner-words.ts'
import { dayWords } from '../../ipc/time-words.ts'
import { limitName, limitWords } from '../../ipc/usage-words.ts'
import type { Language } from '../../ipc/words/index.ts'
import type { AccountStatus, ApprovalRequest, BrokerSnapshot } from '../../protocol/index.ts'
import type { MenuAction } from '../menu-model.ts'
import { plainLine } from '../plain-line.ts'
import type { Notice } from './notice.ts'

export interface NoticeButton {
  readonly label: string
  readonly action: MenuAction
}

/** A notification as the person sees it. */
export interface SaidNotice {
  readonly key: string
  readonly title: string
  readonly body: string
  readonly buttons: readonly NoticeButton[]
  /** What a click beside the buttons does. */
  readonly click: MenuAction
  /** Somebody waits for the answer, so that the desktop should leave it on the screen. */
  readonly urgent?: true
}

export interface NoticeContext {
  readonly snapshot: BrokerSnapshot
  readonly language: Language
  /** Epoch seconds. */
  readonly now: number
}

/** Longer texts are cut off by the desktops anyway, and a provider may name things as it likes. */
const longest = 300

export function noticeWords(notice: Notice, context: NoticeContext): SaidNotice {
  const said = wordsOf(notice, context)
  return { ...said, key: notice.key, title: plainLine(said.title, longest), body: plainLine(said.body, longest) }
}

/** Without a tray icon the broker is out of sight once its window is closed. */
export function staysNotice({ words: { notices, menu } }: Language): SaidNotice {
  const click = { kind: 'open' } as const
  return { key: 'stays', title: notices.stays, body: notices.staysWords, buttons: [{ label: menu.open, action: click }], click }
}

function wordsOf(notice: Notice, context: NoticeContext): Omit<SaidNotice, 'key'> {
  const { language, now } = context
  const { notices, menu } = language.words
  switch (notice.kind) {
    case 'sign_in_needed': {
      const { state } = notice.account
      const cause = state.kind === 'reauthorization_required' ? state.cause : undefined
      const why = cause === undefined || cause === 'unknown' ? [] : [`${endWords(cause, language.words)}.`]
      const title = notices.signInNeeded(accountName(notice.account))
      // The sign-in is to be made in the program that owns the login; the window says how.
      if (foreignOwner(notice.account) !== undefined) return toWindow(title, [...why, notices.noTokens].join(' '), menu)
      return signInAgain(notice.account, title, [...why, notices.noTokens].join(' '), language)
    }
    case 'sign_ins_needed':
      return toWindow(notices.signInsNeeded(notice.count), notices.noTokensOfThem, menu)
    case 'login_ends_soon': {
      const title = notices.endsSoon(accountName(notice.account))
      return signInAgain(notice.account, title, notices.endsWords(dayWords(notice.until, now, language)), language)
    }
    case 'usage_threshold': {
      const title = menu.limit(accountName(notice.account), limitName(notice.window.name, language))
      return toWindow(title, limitWords(notice.window, now, language), menu)
    }
    case 'usage_reset': {
      const title = menu.limit(accountName(notice.account), limitName(notice.window, language))
      return toWindow(title, notices.begunAnew, menu)
    }
    case 'consent':
      return consentWords(notice.approval, context)
    default:
      return assertNever(notice)
  }
}

function signInAgain(row: AccountStatus, title: string, body: string, { words }: Language): Omit<SaidNotice, 'key'> {
  const action = { kind: 'sign_in', account: row.id } as const
  return { title, body, buttons: [{ label: words.accounts.signInAgain, action }], click: action }
}

function toWindow(title: string, body: string, { open }: { readonly open: string }): Omit<SaidNotice, 'key'> {
  const click = { kind: 'open' } as const
  return { title, body, buttons: [{ label: open, action: click }], click }
}

/** A click beside the buttons must not decide anything. */
function consentWords(approval: ApprovalRequest, { snapshot, language }: NoticeContext): Omit<SaidNotice, 'key'> {
  const { words } = language
  const { approvals } = words
  const [asking] = askingClients({ ...snapshot, approvals: [approval] }, words)
  const startedBy = asking?.startedBy === undefined ? [] : [words.menu.startedBy(asking.startedBy)]
  const decide = (decision: 'once' | 'deny') => ({ kind: 'decide', approval: approval.id, decision }) as const
  return {
    title: approvals.asks(asking?.client ?? '', asking?.account ?? approval.provider),
    body: [asking?.proof ?? '', ...startedBy].join('. '),
    buttons: [
      { label: approvals.once, action: decide('once') },
      { label: approvals.deny, action: decide('deny') },
    ],
    click: { kind: 'open' },
    urgent: true,
  }
}
