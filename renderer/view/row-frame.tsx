import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { words } from '../language.ts'
import type { Tone } from '../words.ts'
import { ProviderMark } from './provider-mark.tsx'
import { StateGlyph } from './state-glyph.tsx'

interface RowFrameProps {
  readonly provider: string
  readonly name: string
  readonly label?: string | undefined
  /** Whether this account is the one that is meant without a label. */
  readonly usual?: boolean
  /** Whether the provider stands above, so that the row needs neither its picture nor its name. */
  readonly grouped?: boolean
  readonly person?: string | undefined
  readonly until?: string | undefined
  readonly tone: Tone
  readonly words: string
  readonly action?: ComponentChildren
  readonly children?: ComponentChildren
}

/** The layout that all rows share. Long names end in an ellipsis and are whole in the tool tip, so that nothing moves. */
export function RowFrame(props: RowFrameProps) {
  const { provider, name, grouped = false, person, until, tone, words: said, action, children } = props
  const id = useId()
  const named = isNamedByPerson(props)
  return (
    <li class={grouped ? 'row row-grouped' : 'row'} aria-labelledby={id}>
      <div class="row-line">
        {!grouped && <ProviderMark provider={provider} name={name} />}
        <div class="row-words">
          <RowHead {...props} id={id} />
          {person !== undefined && !named && (
            <p class="person" dir="auto" title={person}>
              {person}
            </p>
          )}
        </div>
        <div class="row-action">{action}</div>
        <p class="state">
          <span class="state-line">
            <span class={`state-now tone-${tone}`}>
              <StateGlyph tone={tone} size={13} />
              <span>{said}</span>
            </span>
            {until !== undefined && <span class="until">{until}</span>}
          </span>
        </p>
      </div>
      {children}
    </li>
  )
}

/** In a group, an account without a label goes by who is signed in. */
const isNamedByPerson = ({ grouped, label, person }: RowFrameProps): boolean =>
  grouped === true && label === undefined && person !== undefined

/** In a group, the provider is said to a screen reader only: it stands above for the eye. */
function RowHead(props: RowFrameProps & { readonly id: string }) {
  const { id, name, label, person, usual = false, grouped = false } = props
  const Head = grouped ? 'h3' : 'h2'
  return (
    <Head id={id} class="row-head">
      <span class={grouped ? 'unseen' : 'row-name'} dir="auto">
        {name}
      </span>
      {isNamedByPerson(props) && (
        <span class="row-name" dir="auto" title={person}>
          {person}
        </span>
      )}
      {label !== undefined && <bdi class="label">{label}</bdi>}
      {usual && <span class="label label-usual">{words().accounts.usual}</span>}
    </Head>
  )
}
