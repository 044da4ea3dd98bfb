import { assertNever } from '../core/assert-never.ts'
import { accountName, endWords, signedInUntil } from '../ipc/account-words.ts'
import { undecidedWords } from '../ipc/login-words.ts'
import { foreignOwner, isWatched, ownerSentence, watchedUntil } from '../ipc/owner-words.ts'
import { ageWords, creditWords, limitLine } from '../ipc/usage-words.ts'
import type { Language, Words } from '../ipc/words/index.ts'
import type { AccountStatus, AccountUsage, BrokerSnapshot, LoginPrompt, PendingLogin } from '../protocol/index.ts'
import { action, type MenuEntry, type MenuModel, reason, separator, submenu, text } from './menu-model.ts'

/** What the entries of an account are made of. */
export interface AccountMenuContext {
  readonly snapshot: BrokerSnapshot
  readonly usage: readonly AccountUsage[]
  readonly language: Language
  /** Epoch seconds. */
  readonly now: number
}

/** One account in the tray menu. */
export function accountEntry(row: AccountStatus, context: AccountMenuContext): MenuEntry {
  if (isWatched(row)) return watchedEntry(row, context)
  const { menu } = context.language.words
  const { state, id: account } = row
  const owner = foreignOwner(row)
  const signOut = action(owner === undefined ? menu.signOut : menu.forget, { kind: 'sign_out', account })
  // A program that owns its login is signed in to there, as the fix says; whether that has happened is seen by asking it.
  const again = action(menu.tryAgain, owner === undefined ? { kind: 'wake' } : { kind: 'check', account })
  const addAccount = action(menu.addAnother, { kind: 'add_account', account })
  const named = (words: string, ...entries: MenuEntry[]) => submenu(`${accountName(row)}: ${words}`, entries)
  const facts = [...ownerEntries(row, context), ...factEntries(row, context)]
  const end = [addAccount, offOrOn(row, menu), signOut]
  const working = row.disabled ? menu.switchedOff : undefined
  switch (state.kind) {
    case 'signed_out':
      return signInEntry(row, menu.signInToOne(accountName(row)))
    case 'authorizing': {
      const login = context.snapshot.logins.find(({ id }) => id === state.login_id)
      return named(loginTitle(state.prompt, login, menu), ...loginEntries(state.login_id, state.prompt, login, context))
    }
    case 'active':
      return named(working ?? menu.ready, ...facts, ...activeEntries(row, menu), ...end)
    case 'refreshing':
      return named(working ?? menu.refreshing, ...facts, ...copyEntries(row, menu), ...end)
    case 'backing_off':
      return named(menu.tryingAgain, ...reason(state.error), ...facts, again, ...end)
    case 'reauthorization_required': {
      // The whole story is in the window; a menu as wide as that would cover the screen.
      const why = state.cause === undefined ? state.error.description : endWords(state.cause, context.language.words)
      const { fix } = state.error
      const next = owner === undefined ? action(menu.signInAgain, { kind: 'sign_in', account }) : again
      return named(menu.signInNeeded, ...reason({ description: why, fix }), ...ownerEntries(row, context), next, ...end)
    }
    case 'unavailable':
      return named(menu.notAvailable, ...reason(state.error), ...ownerEntries(row, context), again, ...end)
    default:
      return assertNever(state)
  }
}

/** What another program keeps to itself: there is nothing to do with it here but to stop watching. */
function watchedEntry(row: AccountStatus, context: AccountMenuContext): MenuEntry {
  const { state, id: account } = row
  const { language, now } = context
  const { menu } = language.words
  const title =
    state.kind === 'signed_out' ? menu.signedOutThere : state.kind === 'unavailable' ? menu.notAvailable : menu.watched
  const until = watchedUntil(row, now, language)
  return submenu(`${accountName(row)}: ${title}`, [
    ...(state.kind === 'unavailable' ? reason(state.error) : []),
    ...ownerEntries(row, context),
    ...(until === undefined ? [] : [text(sentenceCase(until, language.locale))]),
    separator,
    action(menu.forget, { kind: 'sign_out', account }),
  ])
}

/** Whose login it is, where it is not TokenTray's own. */
function ownerEntries(row: AccountStatus, { language: { words } }: AccountMenuContext): MenuModel {
  const owner = foreignOwner(row)
  return owner === undefined ? [] : [text(ownerSentence(owner, words))]
}

export const signInEntry = (row: AccountStatus, words: string): MenuEntry => action(words, { kind: 'sign_in', account: row.id })

function loginTitle(prompt: LoginPrompt, login: PendingLogin | undefined, menu: Words['menu']): string {
  if (login?.undecided !== undefined) return menu.needsDecision
  return prompt.kind === 'browser' ? menu.waitingForBrowser : menu.waitingForYou
}

/** Every way to go on with a login, or what can be decided about it. */
export function loginEntries(
  id: string,
  prompt: LoginPrompt,
  login: PendingLogin | undefined,
  { snapshot, language: { words } }: AccountMenuContext,
): MenuModel {
  const { menu } = words
  const undecided = login && undecidedWords(login, snapshot, words)
  if (undecided !== undefined) return [text(undecided), separator, ...decisions(id, words)]
  const end = [separator, action(menu.cancel, { kind: 'cancel_login', login: id })]
  const open = action(menu.openPage, { kind: 'open_again', login: id })
  if (prompt.kind === 'device') {
    return [text(menu.yourCode(prompt.user_code)), open, action(menu.copyCode, { kind: 'copy_code', login: id }), ...end]
  }
  const link = action(menu.copyLink, { kind: 'copy_link', login: id })
  return [open, link, action(menu.pasteCode, { kind: 'paste', login: id }), ...end]
}

const decisions = (login: string, { login: say }: Words): MenuModel => [
  action(say.add, { kind: 'decide_login', login, decision: 'add' }),
  action(say.replace, { kind: 'decide_login', login, decision: 'replace' }),
  action(say.discard, { kind: 'decide_login', login, decision: 'discard' }),
]

/** A key is never refreshed; whether it works is seen by trying it. */
function activeEntries(row: AccountStatus, menu: Words['menu']): MenuModel {
  const { id: account, kind } = row
  const refresh = kind === undefined ? [action(menu.refreshNow, { kind: 'refresh', account } as const)] : []
  return [...copyEntries(row, menu), ...refresh, action(menu.check, { kind: 'check', account })]
}

/** A switched-off account gives no token, not to the person either. */
function copyEntries({ id: account, disabled }: AccountStatus, menu: Words['menu']): MenuModel {
  return disabled ? [] : [action(menu.copyToken, { kind: 'copy_token', account })]
}

/** Until when the login is good, and how much of the plan is used. */
function factEntries({ id, signed_in_until: until }: AccountStatus, { usage, now, language }: AccountMenuContext): MenuModel {
  const figures = usage.find(({ account }) => account === id)
  const limits = figures?.windows.map((window) => text(limitLine(window, now, language))) ?? []
  const credits = figures && creditWords(figures, language)
  const age = limits.length === 0 || figures === undefined ? undefined : ageWords(figures, now, language)
  const lines = [
    ...(until === undefined ? [] : [text(sentenceCase(signedInUntil(until, now, language), language.locale))]),
    ...limits,
    ...(credits === undefined ? [] : [text(language.words.menu.limit(language.words.accounts.usage.credits, credits))]),
    ...(age === undefined ? [] : [text(sentenceCase(age, language.locale))]),
  ]
  return lines.length === 0 ? [] : [...lines, separator]
}

/** Words that stand within a line in the window, and at its beginning here. */
const sentenceCase = (words: string, locale: string): string => words.charAt(0).toLocaleUpperCase(locale) + words.slice(1)

/** A switched-off account is kept fresh, and no tool gets a token of it. */
function offOrOn({ id: account, disabled }: AccountStatus, menu: Words['menu']): MenuEntry {
  return disabled
    ? action(menu.switchOn, { kind: 'set_disabled', account, disabled: false })
    : action(menu.switchOff, { kind: 'set_disabled', account, disabled: true })
}
