import { useEffect, useRef } from 'preact/hooks'
import { programName } from '../../src/ipc/program-names.ts'
import type { SharedLoginFinding } from '../../src/ipc/radar.ts'
import { assertNever } from '../assert-never.ts'
import { words } from '../language.ts'
import { findingPlace, makeOwner } from '../radar.ts'
import { isWaiting, providerOf, question } from '../store.ts'
import { Button } from './button.tsx'
import { isolatedName } from './cut-text.tsx'
import { FileName } from './file-change.tsx'
import { RuleWords } from './rule-words.tsx'
import { Sentence } from './sentence.tsx'
import { WordsWithCode } from './words-with-code.tsx'

interface PanelProps {
  readonly finding: SharedLoginFinding
  readonly face: 'owner' | 'rules' | 'own'
}

/** What can be done about a finding. It takes the focus as a whole, as a key that is held down would press a button of it. */
export function FindingPanel({ finding, face }: PanelProps) {
  const panel = useRef<HTMLFieldSetElement>(null)
  useEffect(() => panel.current?.focus(), [])
  const say = words().radar
  return (
    <fieldset ref={panel} class="panel" tabIndex={-1} aria-label={face === 'own' ? say.ownTitle : say.ownerTitle}>
      <FaceOf finding={finding} face={face} />
    </fieldset>
  )
}

function FaceOf({ finding, face }: PanelProps) {
  switch (face) {
    case 'owner':
      return <OwnerFace finding={finding} />
    case 'rules':
      return <RulesFace finding={finding} />
    case 'own':
      return <OwnFace finding={finding} />
    default:
      return assertNever(face)
  }
}

const nameOf = (program: string): string => isolatedName(programName(program))

/** Every file that is changed, and every one that cannot be, before anything is. */
function OwnerFace({ finding }: Pick<PanelProps, 'finding'>) {
  const say = words().radar
  return (
    <>
      {finding.holders.map(({ program, file, canMove }) => (
        <p key={`${program} ${file}`} class="radar-words">
          <Sentence text={(canMove ? say.loses : say.stays)(programName(program))} parts={{ file: <FileName path={file} /> }} />
        </p>
      ))}
      <p class="radar-words">
        <WordsWithCode text={say.afterwards} />
      </p>
      <Buttons finding={finding} accept={false} />
    </>
  )
}

/** What the provider says about its logins outside of its own programs. */
function RulesFace({ finding }: Pick<PanelProps, 'finding'>) {
  const info = providerOf(finding.provider ?? '')
  return (
    <>
      <p class="rules-head">{words().login.beforeYouGoOn}</p>
      {info?.rules !== undefined && <RuleWords place={findingPlace(finding.finding)} provider={info.id} rules={info.rules} />}
      <Buttons finding={finding} accept />
    </>
  )
}

function Buttons({ finding, accept }: Pick<PanelProps, 'finding'> & { readonly accept: boolean }) {
  const { radar: say, login } = words()
  return (
    <div class="buttons buttons-end">
      <Button
        onPress={() => {
          question.value = undefined
        }}
      >
        {say.cancel}
      </Button>
      <Button
        kind={accept ? 'quiet' : 'main'}
        waiting={isWaiting(findingPlace(finding.finding))}
        onPress={() => makeOwner(finding, accept)}
      >
        {accept ? login.understood : say.confirm}
      </Button>
    </div>
  )
}

/** Each program has a sign-in of its own, which only the person can go through. */
function OwnFace({ finding: { holders, account } }: Pick<PanelProps, 'finding'>) {
  const say = words().radar
  const programs = new Map(holders.map(({ program, signIn }) => [program, signIn]))
  return (
    <>
      <p class="radar-words">{account === undefined ? say.ownWords : say.ownBeside}</p>
      <ul class="radar-programs">
        {[...programs].map(([program, signIn]) => (
          <li key={program}>
            <WordsWithCode text={say.signInWith(nameOf(program), signIn)} />
          </li>
        ))}
      </ul>
    </>
  )
}
