import { useId } from 'preact/hooks'
import type { ToolStatus } from '../../src/ipc/tools.ts'
import { words } from '../language.ts'
import { unfolded } from '../page.ts'
import { snapshot } from '../store.ts'
import { loginWords, tokenFiles, toolPlace } from '../tools.ts'
import { Button } from './button.tsx'
import { ConnectPanel } from './connect-panel.tsx'
import { CutText, cutName } from './cut-text.tsx'
import { DisconnectPanel } from './disconnect-panel.tsx'
import { FileName } from './file-change.tsx'
import { useFocusBack } from './focus-back.ts'
import { NoteLines } from './note-lines.tsx'
import { SaidAndFix } from './said-and-fix.tsx'

const order: readonly ToolStatus['state'][] = ['connected', 'connected_by_hand', 'found', 'not_installed']

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

const actions = { connected: 'disconnect', found: 'connect', connected_by_hand: undefined, not_installed: undefined } as const

function ToolRow({ tool }: { readonly tool: ToolStatus }) {
  const id = useId()
  const { id: own, name, state, selector } = tool
  const say = words().tools
  const what = actions[state]
  const asked = unfolded.value
  // What was unfolded for another state of the tool is folded.
  const open = what !== undefined && asked?.kind === 'tool' && asked.tool === own && asked.what === what
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
          <span>
            {say.states[state]}
            {selector !== undefined && (
              <>
                {' · '}
                <CutText text={loginWords(selector, snapshot.value)} most={60} />
              </>
            )}
          </span>
        </p>
        <ToolFiles tool={tool} />
      </div>
      {what !== undefined && (
        <Button
          label={say[`${what}Label`](cutName(name))}
          kind={what === 'connect' ? 'quiet' : 'plain'}
          expanded={open}
          buttonRef={opener}
          onPress={() => {
            unfolded.value = open ? undefined : { kind: 'tool', tool: own, what }
          }}
        >
          {say[what]}
        </Button>
      )}
      {open && (what === 'connect' ? <ConnectPanel tool={tool} /> : <DisconnectPanel tool={tool} />)}
      <NoteLines place={toolPlace(own)} />
    </li>
  )
}

/** Where a connected tool has its connection. */
function ToolFiles({ tool: { id, state, files, changed } }: { readonly tool: ToolStatus }) {
  const say = words().tools
  if (state === 'connected_by_hand') return <p class="tool-more">{say.byHand}</p>
  return (
    <>
      {files.map((file) => (
        <p key={file} class="tool-more">
          <FileName path={file} />
          {changed.includes(file) && ` (${say.changedSince})`}
        </p>
      ))}
      <TokenFileLines tool={id} />
    </>
  )
}

/** Where the broker keeps a fresh token for a tool that has no way to ask, and what is wrong where it cannot. */
function TokenFileLines({ tool }: { readonly tool: string }) {
  const say = words().tools
  const own = tokenFiles.value.value?.filter((each) => each.tool === tool) ?? []
  return (
    <>
      {own.map(({ path, state, error }) => (
        <div key={path} class="tool-more">
          <FileName path={path} /> ({say.tokenFiles[state]})
          {error !== undefined && <SaidAndFix description={error.description} fix={error.fix} />}
        </div>
      ))}
    </>
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
      {state === 'connected_by_hand' && <path class="glyph-line" stroke-width="1.7" d="M2.2 6.4l2.6 2.6 5-5.8" />}
      {state === 'found' && <circle class="glyph-line" stroke-width="1.5" cx="6" cy="6" r="4.2" />}
      {state === 'not_installed' && <path class="glyph-line" stroke-width="1.5" d="M3 6h6" />}
    </svg>
  )
}
