import { useRef } from 'preact/hooks'
import { hasAccount } from '../../src/ipc/account-words.ts'
import type { Race } from '../../src/ipc/loose-logins.ts'
import { countdown } from '../../src/ipc/time-words.ts'
import type { AccountStatus, LoginFlow, LoginPrompt, PendingLogin } from '../../src/protocol/index.ts'
import { assertNever } from '../assert-never.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { signIn } from '../sign-in.ts'
import { isWaiting, now, providerOf, question } from '../store.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { DeviceCode } from './device-code.tsx'
import { useFocusBack } from './focus-back.ts'
import { useFocusWhenFree } from './focus-when-free.ts'
import { PasteForm } from './paste-form.tsx'
import { ProblemNote } from './problem-note.tsx'
import { PlainRules } from './rule-words.tsx'
import { BrokerWords } from './words-with-code.tsx'

interface LoginPanelProps {
  readonly race: Race
  readonly name: string
  /** The row that another way is started at; without one, the ways that are there are all that there is. */
  readonly row: AccountStatus | undefined
}

/** Seconds that a login waits for the person. */
const limit = 300

/** A login under way: how long it still waits, and every way to go on with it. Several ways race; the first one wins. */
export function LoginPanel({ race, name, row }: LoginPanelProps) {
  return (
    <fieldset class="panel" aria-label={words().login.to(name)}>
      {race.map((login) => (
        <Way key={login.id} login={login} alone={race.length === 1} row={row} />
      ))}
      <PlainRules place={race[0].id} info={providerOf(race[0].provider)} />
    </fieldset>
  )
}

interface WayProps {
  readonly login: PendingLogin
  readonly alone: boolean
  readonly row: AccountStatus | undefined
}

function Way({ login, alone, row }: WayProps) {
  const { id, prompt, expires_at: expiresAt } = login
  const left = Math.max(0, expiresAt - now.value)
  // A device code may be good for longer; then the bar begins full where it was first seen.
  const whole = useRef(Math.max(limit, left)).current
  const other = alone && row !== undefined ? <OtherWay row={row} login={login} /> : null
  return (
    <div class="way">
      <div class="panel-head">
        <p>{invitation(prompt)}</p>
        <span class="countdown" role="timer" aria-label={words().time.left(countdown(left))}>
          {countdown(left)}
        </span>
      </div>
      <progress class="time-left" max={whole} value={Math.min(left, whole)} aria-hidden="true" />
      <ProblemNote place={id} />
      {prompt.kind === 'device' ? (
        <ByDevice login={id} code={prompt.user_code} address={prompt.verification_uri} other={other} />
      ) : (
        <ByBrowser login={id} byPaste={prompt.kind === 'paste'} other={other} />
      )}
    </div>
  )
}

interface ByBrowserProps {
  readonly login: string
  readonly byPaste: boolean
  readonly other: preact.ComponentChildren
}

/** The link, and the field for what the browser ended on: unfolded when asked for, or when there is no other way. */
function ByBrowser({ login, byPaste, other }: ByBrowserProps) {
  const asked = question.value
  const pasting = byPaste || (asked?.kind === 'paste' && asked.login === login)
  const pasteButton = useFocusBack(pasting)
  const say = words().login
  return (
    <>
      <div class="buttons">
        <Button onPress={() => request(login, 'login:open-again', { login })}>{byPaste ? say.openPage : say.openAgain}</Button>
        <CopyButton words={say.copyLink} onCopy={() => request(login, 'login:copy-link', { login })} />
        {!pasting && (
          <Button
            buttonRef={pasteButton}
            onPress={() => {
              question.value = { kind: 'paste', login }
            }}
          >
            {say.pasteCode}
          </Button>
        )}
        {other}
      </div>
      {pasting && <PasteForm login={login} />}
    </>
  )
}

interface ByDeviceProps {
  readonly login: string
  readonly code: string
  readonly address: string
  readonly other: preact.ComponentChildren
}

/** The person sees the code first, and then opens the page to type it at, here or on another device. */
function ByDevice({ login, code, address, other }: ByDeviceProps) {
  const open = useFocusWhenFree()
  const say = words().login
  return (
    <>
      <DeviceCode code={code} address={address} />
      <div class="buttons">
        <Button kind="main" buttonRef={open} onPress={() => request(login, 'login:open-again', { login })}>
          {say.openPage}
        </Button>
        <CopyButton words={say.copyCode} onCopy={() => request(login, 'login:copy-code', { login })} />
        {other}
      </div>
    </>
  )
}

interface OtherWayProps {
  readonly row: AccountStatus
  readonly login: PendingLogin
}

/** Where the provider has it, another way that begins beside the one under way. */
function OtherWay({ row, login: { prompt, account, label } }: OtherWayProps) {
  const flow: LoginFlow = prompt.kind === 'device' ? 'browser' : 'device'
  if (!providerOf(row.provider)?.flows.includes(flow)) return null
  const say = words().login
  const another = hasAccount(row) && account === undefined
  const start = { flow, ...(another ? { another } : {}), ...(label === undefined ? {} : { label }) }
  return (
    <Button waiting={isWaiting(row.id)} onPress={() => signIn(row, start)}>
      {flow === 'device' ? say.byDevice : say.byBrowser}
    </Button>
  )
}

function invitation(prompt: LoginPrompt) {
  const say = words().login
  switch (prompt.kind) {
    case 'browser':
      return say.approve
    case 'paste':
      return <BrokerWords text={prompt.reason} />
    case 'device':
      return say.typeCode
    default:
      return assertNever(prompt)
  }
}

/** The way out, at the end of the row, for every way at once. */
export function CancelLogin({ race, name }: { readonly race: Race; readonly name: string }) {
  const say = words().login
  const place = `cancel ${race[0].id}`
  return (
    <Button
      kind="plain"
      label={say.cancelLabel(name)}
      waiting={isWaiting(place)}
      onPress={() => race.map(({ id }) => request(place, 'login:cancel', { login: id }))}
    >
      {say.cancel}
    </Button>
  )
}
