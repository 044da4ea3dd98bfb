import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { Tone } from '../words.ts'
import { ProviderMark } from './provider-mark.tsx'
import { StateGlyph } from './state-glyph.tsx'

interface RowFrameProps {
  readonly provider: string
  readonly name: string
  readonly label?: string | undefined
  /** Whether this account is the one that is meant without a label. */
  readonly usual?: boolean
  readonly person?: string | undefined
  readonly until?: string | undefined
  readonly tone: Tone
  readonly words: string
  readonly action?: ComponentChildren
  readonly children?: ComponentChildren
}

/** The layout that all rows share. Long names end in an ellipsis and are whole in the tool tip, so that nothing moves. */
export function RowFrame({ provider, name, label, usual = false, person, until, tone, words, action, children }: RowFrameProps) {
  const id = useId()
  return (
    <li class="row" aria-labelledby={id}>
      <div class="row-line">
        <ProviderMark provider={provider} name={name} />
        <div class="row-words">
          <h2 id={id}>
            <span class="row-name">{name}</span>
            {label !== undefined && <span class="label">{label}</span>}
            {usual && <span class="label label-usual">default</span>}
          </h2>
          {person !== undefined && (
            <p class="person" title={person}>
              {person}
            </p>
          )}
          <p class={`state tone-${tone}`}>
            <StateGlyph tone={tone} size={13} />
            <span>{words}</span>
          </p>
          {until !== undefined && <p class="until">{until}</p>}
        </div>
        <div class="row-action">{action}</div>
      </div>
      {children}
    </li>
  )
}
