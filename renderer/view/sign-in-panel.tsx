import { useEffect, useRef } from 'preact/hooks'
import { programName } from '../../src/ipc/program-names.ts'
import type { AccountStatus, ProviderInfo } from '../../src/protocol/index.ts'
import { assertNever } from '../assert-never.ts'
import { words } from '../language.ts'
import { providerOf, question, type SignInQuestion } from '../store.ts'
import { GiveBackPanel } from './give-back-panel.tsx'
import { KeyForm } from './key-form.tsx'
import { LabelForm } from './label-form.tsx'
import { MorePanel } from './more-panel.tsx'
import { RuleCard } from './rule-card.tsx'
import { WaysPanel } from './ways-panel.tsx'

/** What the panel below this row is about, while it is unfolded. */
export function signInAsked(row: AccountStatus): SignInQuestion | undefined {
  const asked = question.value
  return asked?.kind === 'sign_in' && asked.account === row.id ? asked : undefined
}

/**
 * The panel of a sign-in, one face after the other. Each takes the focus as a whole and not with a button of it, as a key that is held
 * down would press that; a field takes it itself.
 */
export function SignInPanel({ row }: { readonly row: AccountStatus }) {
  const asked = signInAsked(row)
  const info = providerOf(row.provider)
  if (asked === undefined || info === undefined) return null
  return <Panel key={asked.face.kind} row={row} info={info} asked={asked} />
}

interface FaceProps {
  readonly row: AccountStatus
  readonly info: ProviderInfo
  readonly asked: SignInQuestion
}

function Panel(props: FaceProps) {
  const panel = useRef<HTMLFieldSetElement>(null)
  useEffect(() => {
    if (panel.current?.contains(document.activeElement) === false) panel.current.focus()
  }, [])
  return (
    <fieldset ref={panel} class="panel sign-in" tabIndex={-1} aria-label={titleOf(props)}>
      <FaceOf {...props} />
    </fieldset>
  )
}

function FaceOf({ row, info, asked }: FaceProps) {
  const { face } = asked
  switch (face.kind) {
    case 'more':
      return <MorePanel row={row} info={info} />
    case 'label':
      return <LabelForm row={row} />
    case 'give_back':
      return <GiveBackPanel row={row} program={face.program} />
    case 'ways':
      return <WaysPanel row={row} info={info} asked={asked} />
    case 'rules':
      return <RuleCard row={row} info={info} asked={asked} way={face.way} />
    case 'key':
      return <KeyForm row={row} info={info} asked={asked} kind={face.key} />
    default:
      return assertNever(face)
  }
}

function titleOf({ row: { provider_name: name }, asked: { face, another } }: FaceProps): string {
  const { accounts, login, owners } = words()
  switch (face.kind) {
    case 'more':
      return accounts.more(name)
    case 'label':
      return accounts.label
    case 'give_back':
      return owners.giveBackTitle(programName(face.program))
    case 'ways':
      return another ? login.anotherTitle(name) : login.waysTitle(name)
    case 'rules':
      return login.rulesTitle(name)
    case 'key':
      return login.keyTitle(name)
    default:
      return assertNever(face)
  }
}
