import { overall } from '../../src/ipc/overall.ts'
import { words } from '../language.ts'
import { snapshot, view } from '../store.ts'
import { StateGlyph } from './state-glyph.tsx'

/** Says how everything stands, in one sentence that a screen reader hears again when it changes. */
export function Head() {
  const { state, sentence } = overall(snapshot.value, view.value?.problem, words())
  return (
    <header class="head" data-part>
      <StateGlyph tone={state} size={22} />
      <div class="head-words">
        <h1>TokenTray</h1>
        <p role="status">{sentence}</p>
      </div>
    </header>
  )
}
