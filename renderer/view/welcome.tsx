import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { hasAccount } from '../../src/ipc/account-words.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { assertNever } from '../assert-never.ts'
import { language, words } from '../language.ts'
import { isWaiting, question } from '../store.ts'
import { endWelcome, goToStep, picked, step, type WelcomeStep, welcomePlace, welcomeSteps } from '../welcome.ts'
import { Button } from './button.tsx'
import { VaultNotice } from './notices.tsx'
import { ProblemNote } from './problem-note.tsx'
import { PlaceStep, ProviderStep, ToolsStep } from './welcome-steps.tsx'

interface WelcomeProps {
  readonly snapshot: BrokerSnapshot
  /** What stands there otherwise, where a sign-in goes on. */
  readonly accounts: ComponentChildren
}

/**
 * The first steps: what to sign in to, where the login may live, and which tools to connect. Each can be skipped, and none of them does
 * anything that the other pages do not. While a sign-in or a question is under way, the accounts are shown in place of the step.
 */
export function Welcome({ snapshot, accounts }: WelcomeProps) {
  useGoingOnWhenSignedIn(snapshot)
  const say = words().welcome
  // A sign-in that was started in the tray menu is one, too.
  const busy = picked.value || question.value !== undefined || (step.value === 'provider' && snapshot.logins.length > 0)
  return (
    <section class="welcome" aria-label={say.title}>
      <Steps />
      <ProblemNote place={welcomePlace} />
      {busy ? (
        <>
          <p class="page-words">{say.signingIn}</p>
          {accounts}
        </>
      ) : (
        <>
          {step.value !== 'place' && <VaultNotice vault={snapshot.vault} />}
          <StepContent key={step.value} step={step.value} snapshot={snapshot} />
        </>
      )}
      <Ways busy={busy} />
    </section>
  )
}

/** Where in the steps the person is. */
function Steps() {
  const say = words().welcome
  const at = welcomeSteps.indexOf(step.value)
  return (
    <ol class="steps" aria-label={say.step(at + 1, welcomeSteps.length)}>
      {welcomeSteps.map((each, index) => (
        <li
          key={each}
          class={`step ${index < at ? 'step-done' : ''}`}
          {...(index === at ? { 'aria-current': 'step' as const } : {})}
        >
          <span class="step-number" aria-hidden="true">
            {new Intl.NumberFormat(language.value.locale).format(index + 1)}
          </span>
          {say.steps[each]}
        </li>
      ))}
    </ol>
  )
}

function StepContent({ step: shown, snapshot }: { readonly step: WelcomeStep; readonly snapshot: BrokerSnapshot }) {
  const say = words().welcome
  switch (shown) {
    case 'provider':
      return (
        <StepFrame head={say.providerHead} said={say.providerWords}>
          <ProviderStep snapshot={snapshot} />
        </StepFrame>
      )
    case 'place':
      return (
        <StepFrame head={say.placeHead} said={say.placeWords}>
          <PlaceStep vault={snapshot.vault} />
        </StepFrame>
      )
    case 'tools':
      return (
        <StepFrame head={say.toolsHead} said={say.toolsWords}>
          <ToolsStep />
        </StepFrame>
      )
    default:
      return assertNever(shown)
  }
}

interface StepFrameProps {
  readonly head: string
  readonly said: string
  readonly children: ComponentChildren
}

/** A screen reader and the keyboard begin at the heading of each step. */
function StepFrame({ head, said, children }: StepFrameProps) {
  const id = useId()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    document.querySelector('main')?.scrollTo(0, 0)
  }, [])
  return (
    <section aria-labelledby={id}>
      <h2 id={id} class="welcome-head" ref={heading} tabIndex={-1}>
        {head}
      </h2>
      <p class="page-words">{said}</p>
      {children}
    </section>
  )
}

function Ways({ busy }: { readonly busy: boolean }) {
  const say = words().welcome
  const at = welcomeSteps.indexOf(step.value)
  const [before, after] = [welcomeSteps[at - 1], welcomeSteps[at + 1]]
  const back = busy ? step.value : before
  const waiting = isWaiting(welcomePlace)
  const go = (to: WelcomeStep) => {
    question.value = undefined
    goToStep(to)
  }
  return (
    <div class="ways">
      <Button kind="plain" label={say.skipLabel} waiting={waiting} onPress={endWelcome}>
        {say.skip}
      </Button>
      <span class="ways-on">
        {back !== undefined && <Button onPress={() => go(back)}>{say.back}</Button>}
        {after === undefined ? (
          <Button kind="main" waiting={waiting} onPress={endWelcome}>
            {say.done}
          </Button>
        ) : (
          <Button kind="main" onPress={() => go(after)}>
            {say.next}
          </Button>
        )}
      </span>
    </div>
  )
}

/** An account more than there was when the provider was picked means that the sign-in went well. */
function useGoingOnWhenSignedIn({ accounts }: BrokerSnapshot): void {
  const signedIn = accounts.filter((row) => hasAccount(row) && row.state.kind === 'active').length
  const before = useRef(signedIn)
  useEffect(() => {
    if (picked.value && signedIn > before.current) goToStep('place')
    before.current = signedIn
  }, [signedIn])
}
