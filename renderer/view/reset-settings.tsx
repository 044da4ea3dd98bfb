import { words } from '../language.ts'
import { unfolded } from '../page.ts'
import { requestReply } from '../requests.ts'
import { settingPlace, settings } from '../settings.ts'
import { isWaiting, setNote, setProblem } from '../store.ts'
import { Button } from './button.tsx'
import { useFocusBack } from './focus-back.ts'
import { useFocusFirst } from './focus-first.ts'
import { NoteLines } from './note-lines.tsx'
import { ProblemNote } from './problem-note.tsx'

const place = settingPlace('reset')

/** Takes every setting back to its beginning, and asks first. */
export function ResetSettings() {
  const say = words().settings
  const open = unfolded.value?.kind === 'reset'
  const opener = useFocusBack(open)
  return (
    <div class="setting">
      <Button
        buttonRef={opener}
        expanded={open}
        onPress={() => {
          setNote(place, undefined)
          unfolded.value = open ? undefined : { kind: 'reset' }
        }}
      >
        {say.reset}
      </Button>
      {open && <Question />}
      <ProblemNote place={place} />
      <NoteLines place={place} />
    </div>
  )
}

function Question() {
  const say = words().settings
  const safe = useFocusFirst<HTMLButtonElement>()
  const reset = async () => {
    const reply = await requestReply(place, 'settings:reset', undefined)
    if (!reply.ok) return setProblem(place, reply.problem)
    settings.put(reply.value)
    unfolded.value = undefined
    setNote(place, { words: words().settings.resetDone, tone: 'good' })
  }
  return (
    <fieldset class="panel" aria-label={say.resetHead}>
      <p>
        <strong>{say.resetHead}</strong> {say.resetWords}
      </p>
      <div class="buttons buttons-end">
        <Button
          buttonRef={safe}
          onPress={() => {
            unfolded.value = undefined
          }}
        >
          {say.cancel}
        </Button>
        <Button kind="danger" waiting={isWaiting(place)} onPress={reset}>
          {say.resetNow}
        </Button>
      </div>
    </fieldset>
  )
}
