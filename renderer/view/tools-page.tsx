import { useReading } from '../kept.ts'
import { words } from '../language.ts'
import { shares } from '../shares.ts'
import { tokenFiles, tools, toolsPlace } from '../tools.ts'
import { ProblemNote } from './problem-note.tsx'
import { Shared } from './shared.tsx'
import { ToolRows } from './tool-rows.tsx'

/** The tools on this computer, and how each of them gets its tokens here. */
export function ToolsPage() {
  useReading(tools, tokenFiles, shares)
  const known = tools.value.value
  const say = words().tools
  return (
    <div class="tools">
      <ProblemNote place={toolsPlace} />
      {known === undefined ? (
        <p class="empty">{say.loading}</p>
      ) : known.length === 0 ? (
        <p class="empty">{say.none}</p>
      ) : (
        <>
          <p class="page-words">{known.every(({ state }) => state === 'not_installed') ? say.noneYet : say.intro}</p>
          <ToolRows tools={known} />
        </>
      )}
      <Shared />
    </div>
  )
}
