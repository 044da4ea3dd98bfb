import { useEffect, useState } from 'preact/hooks'
import type { LoginPrompt } from '../../src/protocol/index.ts'
import { assertNever } from '../assert-never.ts'
import { asCountdown } from '../durations.ts'
import { request } from '../requests.ts'
import { isWaiting, now, question } from '../store.ts'
import { Button } from './button.tsx'
import { useFocusBack } from './focus-back.ts'
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
  const asked = question.value
  const pasting = prompt.kind === 'paste' || (asked?.kind === 'paste' && asked.login === login)
  const pasteButton = useFocusBack(pasting)
  const left = Math.max(0, expiresAt - now.value)
  return (
    <fieldset class="panel" aria-label={`Sign-in to ${name}`}>
      <div class="panel-head">
        <p>{invitation(prompt)}</p>
        <span class="countdown" role="timer" aria-label={`${asCountdown(left)} left`}>
          {asCountdown(left)}
        </span>
      </div>
      <progress class="time-left" max={limit} value={Math.min(left, limit)} aria-hidden="true" />
      <ProblemNote place={login} />
      <div class="buttons">
        <Button onPress={() => request(login, 'login:open-again', { login })}>
          {prompt.kind === 'browser' ? 'Open again' : 'Open page'}
        </Button>
        <CopyLink login={login} />
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
    </fieldset>
  )
}

function invitation(prompt: LoginPrompt): string {
  switch (prompt.kind) {
    case 'browser':
      return 'Approve the access in your browser.'
    case 'paste':
      return prompt.reason
    case 'device':
      return `Type the code ${prompt.user_code} at ${prompt.verification_uri}.`
    default:
      return assertNever(prompt)
  }
}

/** How long the button says that it has copied. Milliseconds. */
const praise = 1_600

/** Main puts the link on the clipboard, as it carries the `state` value and is not for this page. */
function CopyLink({ login }: { readonly login: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), praise)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <Button onPress={async () => setCopied(await request(login, 'login:copy-link', { login }))}>
      <span class="swap" data-other={copied ? 'Copy link' : 'Copied'} aria-live="polite">
        {copied ? 'Copied' : 'Copy link'}
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
