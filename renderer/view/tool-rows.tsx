import { useId } from 'preact/hooks'
import type { ToolStatus } from '../../src/ipc/tools.ts'
import { words } from '../language.ts'
import { unfolded } from '../page.ts'
import { request } from '../requests.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { CutText, cutName } from './cut-text.tsx'
import { useFocusBack } from './focus-back.ts'
import { ProblemNote } from './problem-note.tsx'

const order: readonly ToolStatus['state'][] = ['connected', 'found', 'not_installed']

/** Connected ones first, then those that can be; what is not installed stands last. */
export function ToolRows({ tools }: { readonly tools: readonly ToolStatus[] }) {
  const sorted = order.flatMap((state) => tools.filter((tool) => tool.state === state))
  return (
    <ul class="tool-rows" aria-label={words().tools.list}>
      {sorted.map((tool) => (
        <ToolRow key={tool.id} tool={tool} />
      ))}
    </ul>
  )
}

function ToolRow({ tool }: { readonly tool: ToolStatus }) {
  const id = useId()
  const { id: own, name, state } = tool
  const say = words().tools
  const asked = unfolded.value
  const open = state === 'found' && asked?.kind === 'tool' && asked.tool === own
  const opener = useFocusBack(open)
  return (
    <li class={`tool tool-${state}`} aria-labelledby={id}>
      <ToolMark name={name} />
      <div class="tool-words">
        <h2 id={id}>
          <CutText text={name} />
        </h2>
        <p class="tool-state">
          <ToolGlyph state={state} />
          {say.states[state]}
        </p>
      </div>
      {state === 'found' && (
        <Button
          label={say.connectLabel(cutName(name))}
          expanded={open}
          buttonRef={opener}
          onPress={() => {
            unfolded.value = open ? undefined : { kind: 'tool', tool: own }
          }}
        >
          {say.connect}
        </Button>
      )}
      {open && <HowToConnect tool={tool} />}
    </li>
  )
}

/** The place and the lines, which are read from left to right in every language. */
function HowToConnect({ tool: { id, name, where, lines } }: { readonly tool: ToolStatus }) {
  const say = words().tools
  const place = `tool ${id}`
  return (
    <fieldset class="panel tool-panel" aria-label={say.connectLabel(cutName(name))}>
      <p class="tool-where">
        {say.put}{' '}
        <bdi>
          <code>{where}</code>
        </bdi>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard. */}
      <section class="lines" dir="ltr" tabIndex={0} aria-label={say.lines(cutName(name))}>
        <pre>
          <code>{lines}</code>
        </pre>
      </section>
      <ProblemNote place={place} />
      <div class="buttons buttons-end">
        <CopyButton
          words={say.copy}
          label={say.copyLabel(cutName(name))}
          onCopy={() => request(place, 'tool:copy', { tool: id })}
        />
      </div>
    </fieldset>
  )
}

/** A tile with an initial, as what the tools look like belongs to them. */
function ToolMark({ name }: { readonly name: string }) {
  return (
    <svg class="tool-mark" width="26" height="26" viewBox="0 0 22 22" aria-hidden="true">
      <text x="11" y="15" text-anchor="middle">
        {[...name][0]?.toUpperCase() ?? ''}
      </text>
    </svg>
  )
}

function ToolGlyph({ state }: { readonly state: ToolStatus['state'] }) {
  return (
    <svg class="glyph" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {state === 'connected' && (
        <>
          <circle cx="6" cy="6" r="5" fill="currentColor" />
          <path class="glyph-cut-line" stroke-width="1.4" d="M3.8 6.2l1.6 1.6 2.9-3.3" />
        </>
      )}
      {state === 'found' && <circle class="glyph-line" stroke-width="1.5" cx="6" cy="6" r="4.2" />}
      {state === 'not_installed' && <path class="glyph-line" stroke-width="1.5" d="M3 6h6" />}
    </svg>
  )
}
