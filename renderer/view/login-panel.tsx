import { useEffect, useRef, useState } from 'preact/hooks'
import type { LoginPrompt } from '../../src/protocol/index.ts'
import { assertNever } from '../assert-never.ts'
import { asCountdown } from '../durations.ts'
import { request } from '../requests.ts'
import { isWaiting, now, question } from '../store.ts'
import { Button } from './button.tsx'
import { DeviceCode } from './device-code.tsx'
import { useFocusBack } from './focus-back.ts'
import { useFocusWhenFree } from './focus-when-free.ts'
import { PasteForm } from './paste-form.tsx'
import { ProblemNote } from './problem-note.tsx'

interface LoginPanelProps {
  readonly login: string
  readonly prompt: LoginPrompt
  readonly expiresAt: number
  readonly name: string
}

/** Seconds that a login waits for the person. */
const limit = 300

/** A login under way: how long it still waits, and every way to go on with it. */
export function LoginPanel({ login, prompt, expiresAt, name }: LoginPanelProps) {
  const left = Math.max(0, expiresAt - now.value)
  // A device code may be good for longer; then the bar begins full where it was first seen.
  const whole = useRef(Math.max(limit, left)).current
  return (
    <fieldset class="panel" aria-label={`Sign-in to ${name}`}>
      <div class="panel-head">
        <p>{invitation(prompt)}</p>
        <span class="countdown" role="timer" aria-label={`${asCountdown(left)} left`}>
          {asCountdown(left)}
        </span>
      </div>
      <progress class="time-left" max={whole} value={Math.min(left, whole)} aria-hidden="true" />
      <ProblemNote place={login} />
      {prompt.kind === 'device' ? (
        <ByDevice login={login} code={prompt.user_code} address={prompt.verification_uri} />
      ) : (
        <ByBrowser login={login} byPaste={prompt.kind === 'paste'} />
      )}
    </fieldset>
  )
}

/** The link, and the field for what the browser ended on: unfolded when asked for, or when there is no other way. */
function ByBrowser({ login, byPaste }: { readonly login: string; readonly byPaste: boolean }) {
  const asked = question.value
  const pasting = byPaste || (asked?.kind === 'paste' && asked.login === login)
  const pasteButton = useFocusBack(pasting)
  return (
    <>
      <div class="buttons">
        <Button onPress={() => request(login, 'login:open-again', { login })}>{byPaste ? 'Open page' : 'Open again'}</Button>
        <CopyButton login={login} channel="login:copy-link" words="Copy link" />
        {!pasting && (
          <Button
            buttonRef={pasteButton}
            onPress={() => {
              question.value = { kind: 'paste', login }
            }}
          >
            Paste code…
          </Button>
        )}
      </div>
      {pasting && <PasteForm login={login} />}
    </>
  )
}

interface ByDeviceProps {
  readonly login: string
  readonly code: string
  readonly address: string
}

/** The person sees the code first, and then opens the page to type it at, here or on another device. */
function ByDevice({ login, code, address }: ByDeviceProps) {
  const open = useFocusWhenFree()
  return (
    <>
      <DeviceCode code={code} address={address} />
      <div class="buttons">
        <Button kind="main" buttonRef={open} onPress={() => request(login, 'login:open-again', { login })}>
          Open page
        </Button>
        <CopyButton login={login} channel="login:copy-code" words="Copy code" />
      </div>
    </>
  )
}

function invitation(prompt: LoginPrompt): string {
  switch (prompt.kind) {
    case 'browser':
      return 'Approve the access in your browser.'
    case 'paste':
      return prompt.reason
    case 'device':
      return 'Type this code at the address below.'
    default:
      return assertNever(prompt)
  }
}

/** How long the button says that it has copied. Milliseconds. */
const praise = 1_600

interface CopyButtonProps {
  readonly login: string
  readonly channel: 'login:copy-link' | 'login:copy-code'
  readonly words: string
}

/** Main writes to the clipboard: the link carries the `state` value and is not for this page, which has no clipboard at all. */
function CopyButton({ login, channel, words }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), praise)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <Button onPress={async () => setCopied(await request(login, channel, { login }))}>
      <span class="swap" data-other={copied ? words : 'Copied'} aria-live="polite">
        {copied ? 'Copied' : words}
      </span>
    </Button>
  )
}

/** The way out, at the end of the row. */
export function CancelLogin({ login, name }: { readonly login: string; readonly name: string }) {
  const place = `cancel ${login}`
  return (
    <Button
      kind="plain"
      label={`Cancel the sign-in to ${name}`}
      waiting={isWaiting(place)}
      onPress={() => request(place, 'login:cancel', { login })}
    >
      Cancel
    </Button>
  )
}
