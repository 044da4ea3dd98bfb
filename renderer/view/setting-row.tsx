import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { wantedSetting } from '../page.ts'
import { settingPlace } from '../settings.ts'
import { isWaiting } from '../store.ts'
import { ProblemNote } from './problem-note.tsx'
import { SelectField } from './select-field.tsx'
import { WordsWithCode } from './words-with-code.tsx'

/** Settings that belong together, under their name. */
export function SettingsGroup({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <fieldset class="settings-group">
      <legend>{title}</legend>
      <div class="settings-card">{children}</div>
    </fieldset>
  )
}

interface SettingProps {
  /** Tells its place, where a failure is shown. */
  readonly name: string
  readonly label: string
  /** What it means, or who decides it. */
  readonly words?: string | undefined
  readonly children?: ComponentChildren
}

interface SwitchProps extends SettingProps {
  readonly on: boolean
  /** Something else decides, which `words` say. */
  readonly fixed?: boolean
  readonly onChange: (on: boolean) => void
}

/**
 * A switch shows what is so, never what was asked for: the press is taken back, and the switch moves when main has changed it. One that
 * something else decides keeps its place in the order of the Tab key, so that its reason is read.
 */
export function SwitchSetting({ name, label, words, on, fixed = false, onChange, children }: SwitchProps) {
  const id = useId()
  const control = useFocusWhenWanted(name)
  return (
    <div class="setting">
      <div class="setting-line">
        <label for={id}>{label}</label>
        <input
          id={id}
          ref={control}
          class="switch"
          type="checkbox"
          // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox says itself whether it is checked (ARIA in HTML).
          role="switch"
          checked={on}
          aria-disabled={fixed}
          aria-busy={isWaiting(settingPlace(name))}
          {...(words === undefined ? {} : { 'aria-describedby': `${id}-words` })}
          onChange={(event) => {
            event.currentTarget.checked = on
            if (!fixed) onChange(!on)
          }}
        />
      </div>
      <SettingWords id={`${id}-words`} words={words} />
      {children}
      <ProblemNote place={settingPlace(name)} />
    </div>
  )
}

/** Takes the focus, and with it into sight, when a link of another page led to this setting. */
function useFocusWhenWanted(name: string): RefObject<HTMLInputElement | null> {
  const control = useRef<HTMLInputElement>(null)
  const wanted = wantedSetting.value === name
  useEffect(() => {
    if (!wanted) return
    wantedSetting.value = undefined
    control.current?.focus()
  }, [wanted])
  return control
}

interface ChoiceProps extends SettingProps {
  readonly value: string
  readonly options: readonly { readonly value: string; readonly name: string; readonly lang?: string }[]
  readonly fixed?: boolean
  readonly onChoose: (value: string) => void
}

export function ChoiceSetting({ name, label, words, value, options, fixed = false, onChoose }: ChoiceProps) {
  const id = useId()
  return (
    <div class="setting">
      <div class="setting-line">
        <label for={id}>{label}</label>
        <SelectField
          id={id}
          value={value}
          options={options}
          disabled={fixed}
          describedBy={words === undefined ? undefined : `${id}-words`}
          onChoose={onChoose}
        />
      </div>
      <SettingWords id={`${id}-words`} words={words} />
      <ProblemNote place={settingPlace(name)} />
    </div>
  )
}

function SettingWords({ id, words }: { readonly id: string; readonly words: string | undefined }) {
  if (words === undefined) return null
  return (
    <p id={id} class="setting-words">
      <WordsWithCode text={words} />
    </p>
  )
}
