import { useEffect, useRef, useState } from 'preact/hooks'
import type { ReadyPlan, ToolPlan, ToolStatus } from '../../src/ipc/tools.ts'
import { assertNever } from '../assert-never.ts'
import { words } from '../language.ts'
import { goTo, page, unfolded } from '../page.ts'
import { requestReply } from '../requests.ts'
import { isWaiting, problemAt, setNote, setProblem, snapshot } from '../store.ts'
import { connect, loginWords, toolPlace, type Wish } from '../tools.ts'
import { goToStep, isWelcome } from '../welcome.ts'
import { Button } from './button.tsx'
import { cutName } from './cut-text.tsx'
import { FileChanges, FileName } from './file-change.tsx'
import { useInSight } from './in-sight.ts'
import { ProblemNote } from './problem-note.tsx'
import { SelectField } from './select-field.tsx'
import { Sentence } from './sentence.tsx'
import { BrokerWords, WordsWithCode } from './words-with-code.tsx'

/** Shows what connecting a tool changes, and connects it when the person says so. */
export function ConnectPanel({ tool: { id, name } }: { readonly tool: ToolStatus }) {
  const say = words().tools
  const place = toolPlace(id)
  const [wish, setWish] = useState<Wish>({})
  const { plan, failed } = usePlan(id, wish)
  const waiting = isWaiting(place)
  const box = useInSight<HTMLFieldSetElement>(plan)
  const needsLogin = failed && problemAt(place)?.code === 'login_required'
  return (
    <fieldset ref={box} class="panel tool-panel" aria-label={say.connecting(cutName(name))} aria-busy={waiting}>
      {plan === undefined && !failed && <p>{say.looking}</p>}
      {plan !== undefined && <PlanWords plan={plan} onChoose={(account) => setWish(withAccount(wish, account))} />}
      <ProblemNote place={place} />
      <div class="buttons buttons-end">
        <Button
          onPress={() => {
            unfolded.value = undefined
          }}
        >
          {say.cancel}
        </Button>
        {plan?.kind === 'ready' && (
          <Button kind="main" waiting={waiting} onPress={() => connect(id, name, wish)}>
            {say.confirm}
          </Button>
        )}
        {plan?.kind === 'link' && (
          <Button kind="main" waiting={waiting} onPress={() => setWish({ ...wish, follow: true })}>
            {say.follow}
          </Button>
        )}
        {needsLogin && (
          <Button kind="main" onPress={goToSignIn}>
            {say.toSignIn}
          </Button>
        )}
        {(plan?.kind === 'no_command' || (failed && !needsLogin)) && (
          <Button kind="main" waiting={waiting} onPress={() => setWish({})}>
            {say.again}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

/** Where a person signs in: in the first steps that is the first of them. */
function goToSignIn(): void {
  unfolded.value = undefined
  if (isWelcome.value && page.value === 'accounts') goToStep('provider')
  else goTo('accounts')
}

interface Planned {
  /** Undefined until main has answered, and when it could not. */
  readonly plan?: ToolPlan
  readonly failed: boolean
}

/** Asks what would be changed, once more for each wish. A choice is shown with what it comes to, so that the one before stays until then. */
function usePlan(tool: string, wish: Wish): Planned {
  const place = toolPlace(tool)
  const [planned, setPlanned] = useState<Planned>({ failed: false })
  useEffect(() => {
    let isWanted = true
    setNote(place, undefined)
    const ask = async () => {
      const reply = await requestReply(place, 'tool:plan', { tool, ...wish })
      if (!isWanted) return
      setPlanned(reply.ok ? { plan: reply.value, failed: false } : { failed: true })
      if (!reply.ok) setProblem(place, reply.problem)
    }
    void ask()
    return () => {
      isWanted = false
    }
  }, [tool, wish])
  useEffect(() => () => setProblem(place, undefined), [])
  return planned
}

const withAccount = ({ follow }: Wish, account: string): Wish => ({
  ...(follow === undefined ? {} : { follow }),
  ...(account === '' ? {} : { account }),
})

interface PlanWordsProps {
  readonly plan: ToolPlan
  readonly onChoose: (account: string) => void
}

function PlanWords({ plan, onChoose }: PlanWordsProps) {
  const say = words().tools
  switch (plan.kind) {
    case 'no_command':
      return (
        <p class="tool-where">
          <WordsWithCode text={say.noCommand} />
        </p>
      )
    case 'link':
      return (
        <p class="tool-where">
          <Sentence text={say.link} parts={{ file: <FileName path={plan.path} />, target: <FileName path={plan.target} /> }} />
        </p>
      )
    case 'ready':
      return (
        <>
          <LoginChoice plan={plan} onChoose={onChoose} />
          {plan.files.length === 0 && <p class="tool-where">{say.noChange}</p>}
          <FileChanges files={plan.files} />
          {plan.tokenFile !== undefined && (
            <p class="tool-where">
              <Sentence text={say.tokenKept} parts={{ file: <FileName path={plan.tokenFile} /> }} />
            </p>
          )}
          {plan.notes.map((note) => (
            <p key={note} class="tool-note">
              <BrokerWords text={note} />
            </p>
          ))}
        </>
      )
    default:
      return assertNever(plan)
  }
}

/** A tool that takes several logins at once has all of them unless the person chooses one. */
function LoginChoice({ plan: { selector, choices }, onChoose }: { readonly plan: ReadyPlan } & Pick<PlanWordsProps, 'onChoose'>) {
  const say = words().tools
  const isOne = choices.includes(selector)
  const takesEvery = useRef(!isOne)
  const options = choices.map((value) => ({ value, name: loginWords(value, snapshot.value) }))
  return (
    <div class="tool-login">
      <span>{say.login}</span>
      {choices.length < 2 ? (
        <strong>
          <bdi>{loginWords(selector, snapshot.value)}</bdi>
        </strong>
      ) : (
        <SelectField
          label={say.login}
          value={isOne ? selector : ''}
          options={[...(takesEvery.current ? [{ value: '', name: say.everyLogin }] : []), ...options]}
          onChoose={onChoose}
        />
      )}
    </div>
  )
}
