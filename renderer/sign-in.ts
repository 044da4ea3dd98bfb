import { hasAccount } from '../src/ipc/account-words.ts'
import type { Asks } from '../src/ipc/asks.ts'
import { checkWords, keyWords } from '../src/ipc/login-words.ts'
import type { AccountStatus, CheckResult, LoginFlow, ProviderInfo } from '../src/protocol/index.ts'
import { words } from './language.ts'
import { requestReply } from './requests.ts'
import { type Face, providerOf, question, type SignInQuestion, setNote, setProblem, snapshot, type Way } from './store.ts'

type Start = Omit<Asks['login:start'], 'account'>

/** Starts a login at `row`. The broker says whether the rule card has to be read first, as it knows whether that has happened. */
export async function signIn(row: AccountStatus, start: Start = {}): Promise<void> {
  const reply = await requestReply(row.id, 'login:start', { account: row.id, ...start })
  if (reply.ok) return fold(row.id)
  const way = start.flow ?? providerOf(row.provider)?.flows[0]
  if (reply.problem.code !== 'rules_not_accepted' || way === undefined) return setProblem(row.id, reply.problem)
  ask(row.id, { kind: 'rules', way })
}

/** Goes on with a way that the person chose in the panel of `asked`; `accept` is their yes to the rule card. */
export function goOnWith(way: Way, row: AccountStatus, asked: SignInQuestion, accept = false): void {
  if (isFlow(way)) {
    const { another, label } = asked
    void signIn(row, {
      flow: way,
      ...(another ? { another } : {}),
      ...(label === undefined ? {} : { label }),
      ...(accept ? { accept } : {}),
    })
  } else if (!accept && providerOf(row.provider)?.rules?.acknowledge.includes(way)) {
    ask(row.id, { kind: 'rules', way })
  } else {
    ask(row.id, { kind: 'key', key: way, accept })
  }
}

/** Hands a key over and tells at the row that has it now what came of trying it. Answers whether it is stored. */
export async function storeKey(key: string, row: AccountStatus, asked: SignInQuestion): Promise<boolean> {
  if (asked.face.kind !== 'key') return false
  const { another, label, face } = asked
  const place = keyPlace(row)
  const reply = await requestReply(place, 'account:add-key', {
    account: row.id,
    key,
    ...(face.key === undefined ? {} : { kind: face.key }),
    ...(another ? { another } : {}),
    ...(label === undefined ? {} : { label }),
    ...(face.accept ? { accept: true } : {}),
  })
  if (!reply.ok) {
    setProblem(place, reply.problem)
    return false
  }
  tellOfCheck(reply.value, keyWords(reply.value, words()))
  fold(row.id)
  return true
}

/** Asks the provider whether the account works and says at its row what came of it. */
export async function check(row: AccountStatus): Promise<void> {
  setNote(row.id, undefined)
  const reply = await requestReply(row.id, 'account:check', { account: row.id })
  if (!reply.ok) return setProblem(row.id, reply.problem)
  tellOfCheck(reply.value, checkWords(reply.value, words()))
  fold(row.id)
}

/** Says what the provider said, at the row that it is about. */
export function tellOfCheck(result: CheckResult, words: string): void {
  setNote(result.account, { words, tone: result.status === 'failed' ? 'advice' : 'good' })
}

/** Unfolds the rule card of a row for its usual way, or says the rules in words where the ways are not known. */
export function showRules(account: string): void {
  const way = providerOf(rowOf(account)?.provider ?? '')?.flows[0]
  if (way !== undefined) ask(account, { kind: 'rules', way })
}

/** Unfolds the ways to sign in as somebody else beside the account of a row. */
export function chooseAnother(account: string): void {
  question.value = { kind: 'sign_in', account, another: true, face: { kind: 'ways' } }
}

/** Shows another face of the panel below a row; what the person has settled there before is kept. */
export function ask(account: string, face: Face): void {
  const asked = question.value
  const kept = asked?.kind === 'sign_in' && asked.account === account ? asked : { another: false }
  question.value = { ...kept, kind: 'sign_in', account, face }
}

/** What the provider offers instead; without `press` where it cannot be done here. */
export interface Alternative {
  readonly words: string
  readonly press?: () => void
}

/** The alternatives of a rule card, each of which has a place in the window. */
export function alternativesOf(row: AccountStatus, info: ProviderInfo): readonly Alternative[] {
  return (info.rules?.alternatives ?? []).map(({ words, provider, adds }) => {
    if (adds !== undefined && provider === info.id) {
      return { words, press: () => ask(row.id, { kind: 'key', key: adds, accept: false }) }
    }
    const press = toProvider(provider)
    return { words, ...(press === undefined ? {} : { press }) }
  })
}

function toProvider(provider: string): (() => void) | undefined {
  const row = snapshot.value?.accounts.find((each) => each.provider === provider)
  if (row === undefined) return undefined
  return () => {
    question.value = undefined
    if (hasAccount(row)) chooseAnother(row.id)
    else void signIn(row)
  }
}

/** A key has its problem at its field, not at the row. */
export const keyPlace = ({ id }: AccountStatus): string => `key ${id}`

const isFlow = (way: Way): way is LoginFlow => way === 'browser' || way === 'paste' || way === 'device'

const rowOf = (account: string): AccountStatus | undefined => snapshot.value?.accounts.find(({ id }) => id === account)

/** Folds the panel of a row, unless the person has turned to another question meanwhile. */
function fold(account: string): void {
  const asked = question.value
  if (asked?.kind === 'sign_in' && asked.account === account) question.value = undefined
}
