import { useRef } from 'preact/hooks'
import { programName } from '../../src/ipc/program-names.ts'
import type { SharedLoginFinding } from '../../src/ipc/radar.ts'
import { useReading } from '../kept.ts'
import { language, words } from '../language.ts'
import { findingPlace, ignore, radar, radarPlace } from '../radar.ts'
import { isWaiting, question, type RadarQuestion } from '../store.ts'
import { Button } from './button.tsx'
import { isolatedName } from './cut-text.tsx'
import { FindingPanel } from './finding-panel.tsx'
import { useFocusBack } from './focus-back.ts'
import { useFocusMovesOn } from './focus-moves-on.ts'
import { LookPanel } from './look-panel.tsx'
import { NoteLines } from './note-lines.tsx'
import { ProblemNote } from './problem-note.tsx'

/** Logins that several programs hold, and how many programs were not looked at. Nothing where there is nothing to say. */
export function RadarNotice() {
  useReading(radar)
  const known = radar.value.value
  const all = useRef<HTMLDivElement>(null)
  const list = useFocusMovesOn<HTMLDivElement>(all)
  return (
    <div
      ref={(element) => {
        all.current = element
        list.current = element
      }}
      tabIndex={-1}
    >
      <ProblemNote place={radarPlace} />
      <NoteLines place={radarPlace} />
      {known?.findings.map((finding) => (
        <FindingNote key={finding.finding} finding={finding} />
      ))}
      {known !== undefined && known.unread.length > 0 && <UnreadNote count={known.unread.length} />}
    </div>
  )
}

/** Who holds the login, each once; TokenTray stands last. */
function holderNames({ holders, account }: SharedLoginFinding): string {
  const programs = [...new Set(holders.map(({ program }) => programName(program)))]
  const names = account === undefined ? programs : [...programs, 'TokenTray']
  return new Intl.ListFormat(language.value.locale, { type: 'conjunction' }).format(names.map(isolatedName))
}

function FindingNote({ finding }: { readonly finding: SharedLoginFinding }) {
  const say = words().radar
  const asked = question.value
  const face = asked?.kind === 'finding' && asked.finding === finding.finding ? asked.face : undefined
  const text = say.shared(holderNames(finding))
  const canMove = finding.holders.some((holder) => holder.canMove)
  return (
    <section class="radar" aria-label={text}>
      <p>{text}</p>
      <div class="buttons">
        {canMove && <Unfolding finding={finding.finding} face="owner" isOpen={face === 'owner' || face === 'rules'} />}
        <Unfolding finding={finding.finding} face="own" isOpen={face === 'own'} />
        <Button kind="plain" waiting={isWaiting(findingPlace(finding.finding))} onPress={() => ignore(finding)}>
          {say.ignore}
        </Button>
      </div>
      {face !== undefined && <FindingPanel key={face} finding={finding} face={face} />}
      <ProblemNote place={findingPlace(finding.finding)} />
    </section>
  )
}

interface UnfoldingProps {
  readonly finding: string
  readonly face: 'owner' | 'own'
  readonly isOpen: boolean
}

/** A button that unfolds what it comes to, and has the keyboard focus again when that is folded. */
function Unfolding({ finding, face, isOpen }: UnfoldingProps) {
  const button = useFocusBack(isOpen)
  return (
    <Button
      buttonRef={button}
      expanded={isOpen}
      onPress={() => {
        question.value = isOpen ? undefined : { kind: 'finding', finding, face }
      }}
    >
      {words().radar[face]}
    </Button>
  )
}

const look: RadarQuestion = { kind: 'look' }

/** One line, whatever there is: nobody has to answer it. */
function UnreadNote({ count }: { readonly count: number }) {
  const isOpen = question.value?.kind === 'look'
  const button = useFocusBack(isOpen)
  const head = useRef<HTMLParagraphElement>(null)
  const say = words().radar
  return (
    <section class="radar radar-unread" aria-label={say.lookTitle}>
      <div class="radar-line">
        <p ref={head} tabIndex={-1}>
          {say.unread(count)}
        </p>
        <Button
          kind="plain"
          buttonRef={button}
          expanded={isOpen}
          onPress={() => {
            question.value = isOpen ? undefined : look
          }}
        >
          {say.look}
        </Button>
      </div>
      {isOpen && <LookPanel above={head} />}
    </section>
  )
}
