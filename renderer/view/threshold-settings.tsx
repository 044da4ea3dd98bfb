import { type UsageThresholds, usualThresholds } from '../../src/ipc/settings.ts'
import { limitName } from '../../src/ipc/usage-words.ts'
import { language, words } from '../language.ts'
import { change, settingPlace } from '../settings.ts'
import { view } from '../store.ts'
import { CutText, cutName } from './cut-text.tsx'
import { ProblemNote } from './problem-note.tsx'
import { Sentence } from './sentence.tsx'

/** What can be chosen. One that stands in the settings file is offered as well. */
const choices: readonly number[] = [50, 80, 90, 95, 100]

/** At how much of a limit the person is told, for each limit that an account has or that was set before. */
export function ThresholdSettings({ set }: { readonly set: readonly UsageThresholds[] }) {
  const told = (view.value?.usage ?? []).flatMap(({ windows }) => windows.map(({ name }) => name))
  const names = [...new Set([...told, ...set.map(({ window }) => window)])]
  const usual = new Intl.ListFormat(language.value.locale).format(usualThresholds.map(percentOf))
  if (names.length === 0) return <p class="setting-words">{words().settings.thresholdsNone(usual)}</p>
  return (
    <div class="thresholds">
      {names.map((window) => (
        <ThresholdsOf key={window} window={window} set={set} />
      ))}
    </div>
  )
}

function ThresholdsOf({ window, set }: { readonly window: string; readonly set: readonly UsageThresholds[] }) {
  const name = `usageThresholds ${window}`
  const percents = percentsOf(window, set)
  const shown = [...new Set([...choices, ...percents])].sort((one, other) => one - other)
  const say = words().settings
  const limit = limitName(window, language.value)
  const turn = (percent: number, on: boolean) =>
    change(name, ({ settings: { usageThresholds } }) => {
      const others = percentsOf(window, usageThresholds).filter((each) => each !== percent)
      const next = on ? [...others, percent].sort((one, other) => one - other) : others
      return { usageThresholds: [...usageThresholds.filter((each) => each.window !== window), { window, percents: next }] }
    })
  return (
    <fieldset class="threshold" aria-label={say.thresholdsOf(cutName(limit))}>
      <p aria-hidden="true">
        <Sentence text={say.thresholdsOf('{limit}')} parts={{ limit: <CutText text={limit} /> }} />
      </p>
      <div class="chips">
        {shown.map((percent) => (
          <label key={percent} class="chip">
            <input
              type="checkbox"
              checked={percents.includes(percent)}
              onClick={(event) => {
                event.preventDefault()
                void turn(percent, !percents.includes(percent))
              }}
            />
            <span>{percentOf(percent)}</span>
          </label>
        ))}
      </div>
      <ProblemNote place={settingPlace(name)} />
    </fieldset>
  )
}

const percentsOf = (window: string, set: readonly UsageThresholds[]): readonly number[] =>
  set.find((each) => each.window === window)?.percents ?? usualThresholds

const percentOf = (percent: number): string =>
  new Intl.NumberFormat(language.value.locale, { style: 'percent' }).format(percent / 100)
