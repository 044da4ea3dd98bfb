import type { RefObject } from 'preact'
import { programName } from '../../src/ipc/program-names.ts'
import type { UnreadProgram } from '../../src/ipc/radar.ts'
import { words } from '../language.ts'
import { allow, radar, unreadPlace } from '../radar.ts'
import { isWaiting } from '../store.ts'
import { Button } from './button.tsx'
import { FileName } from './file-change.tsx'
import { useFocusMovesOn } from './focus-moves-on.ts'
import { ProblemNote } from './problem-note.tsx'

/** Asks once for each program whether its logins may be read. Both answers are remembered, so that none is asked for again. */
export function LookPanel({ above }: { readonly above: RefObject<HTMLElement | null> }) {
  const say = words().radar
  const list = useFocusMovesOn(above)
  return (
    <fieldset class="panel" aria-label={say.lookTitle}>
      <p class="radar-words">{say.lookWords}</p>
      <ul ref={list} class="radar-asked">
        {radar.value.value?.unread.map((each) => (
          <Asked key={each.program} unread={each} />
        ))}
      </ul>
    </fieldset>
  )
}

function Asked({ unread: { program, files } }: { readonly unread: UnreadProgram }) {
  const say = words().radar
  const name = programName(program)
  const waiting = isWaiting(unreadPlace(program))
  return (
    <li>
      <p>{say.mayRead(name)}</p>
      {files.map((file) => (
        <p key={file} class="radar-file">
          <FileName path={file} />
        </p>
      ))}
      <div class="buttons">
        <Button label={say.readLabel(name)} waiting={waiting} onPress={() => allow(program, true)}>
          {say.read}
        </Button>
        <Button kind="plain" label={say.doNotReadLabel(name)} waiting={waiting} onPress={() => allow(program, false)}>
          {say.doNotRead}
        </Button>
      </div>
      <ProblemNote place={unreadPlace(program)} />
    </li>
  )
}
