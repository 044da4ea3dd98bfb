import { useId } from 'preact/hooks'
import { noticeKinds, type SettingsView } from '../../src/ipc/settings.ts'
import { words } from '../language.ts'
import { change } from '../settings.ts'
import { SettingsGroup, SwitchSetting } from './setting-row.tsx'
import { ThresholdSettings } from './threshold-settings.tsx'

/** What is told of, each kind by itself, and when it is not. */
export function NotificationSettings({ now: { settings: set } }: { readonly now: SettingsView }) {
  const say = words().settings
  const { quietHours } = set
  return (
    <SettingsGroup title={say.notifications}>
      {noticeKinds.map((kind) => (
        <SwitchSetting
          key={kind}
          name={`notice ${kind}`}
          label={say.notices[kind]}
          on={set.notices[kind]}
          onChange={(on) => change(`notice ${kind}`, ({ settings: { notices } }) => ({ notices: { ...notices, [kind]: on } }))}
        >
          {kind === 'usage_threshold' && set.notices.usage_threshold && <ThresholdSettings set={set.usageThresholds} />}
        </SwitchSetting>
      ))}
      <SwitchSetting
        name="quietHours"
        label={say.quietHours}
        words={say.quietHoursWords}
        on={quietHours.on}
        onChange={(on) => change('quietHours', ({ settings: { quietHours: hours } }) => ({ quietHours: { ...hours, on } }))}
      >
        {quietHours.on && (
          <div class="hours">
            <TimeField end="from" minutes={quietHours.from} />
            <TimeField end="to" minutes={quietHours.to} />
          </div>
        )}
      </SwitchSetting>
    </SettingsGroup>
  )
}

/** One end of the quiet hours. What was refused turns back to what is so. */
function TimeField({ end, minutes }: { readonly end: 'from' | 'to'; readonly minutes: number }) {
  const id = useId()
  const shown = timeOf(minutes)
  const set = async (field: HTMLInputElement) => {
    const next = minutesOf(field.value)
    if (next === undefined || next === minutes) return
    const went = await change('quietHours', ({ settings: { quietHours } }) => ({ quietHours: { ...quietHours, [end]: next } }))
    if (!went) field.value = shown
  }
  return (
    <span class="hour">
      <label for={id}>{words().settings[end]}</label>
      <input
        id={id}
        type="time"
        required
        defaultValue={shown}
        key={shown}
        onBlur={(event) => {
          if (minutesOf(event.currentTarget.value) === undefined) event.currentTarget.value = shown
        }}
        onChange={(event) => set(event.currentTarget)}
      />
    </span>
  )
}

const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Undefined while the field is not filled in. */
function minutesOf(time: string): number | undefined {
  const [, hours, minutes] = /^(\d{2}):(\d{2})/.exec(time) ?? []
  return hours === undefined || minutes === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}
