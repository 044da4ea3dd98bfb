import { noteAt, type Place, setNote } from '../store.ts'
import { DismissButton } from './dismiss-button.tsx'
import { SaidAndFix } from './said-and-fix.tsx'

/**
 * What went well or is worth knowing at a place. A screen reader tells of it when it has finished its sentence; the region is there while
 * it is empty too, as one that comes with its content is not read.
 */
export function NoteLines({ place }: { readonly place: Place }) {
  const note = noteAt(place)
  return (
    <div class="notes" aria-live="polite">
      {note !== undefined && (
        <div class={`note note-${note.tone === 'good' ? 'good' : 'quiet-advice'}`}>
          <SaidAndFix description={note.words} fix={undefined} added={note.added} />
          <DismissButton onPress={() => setNote(place, undefined)} />
        </div>
      )}
    </div>
  )
}
