import { type AppSettings, logLevels, type SettingsView } from '../../src/ipc/settings.ts'
import { languageNames } from '../../src/ipc/words/index.ts'
import { useReadingWithView } from '../kept.ts'
import { words } from '../language.ts'
import { change, settings, settingsPlace } from '../settings.ts'
import { snapshot } from '../store.ts'
import { NetworkFacts } from './network-facts.tsx'
import { NotificationSettings } from './notification-settings.tsx'
import { ProblemNote } from './problem-note.tsx'
import { ResetSettings } from './reset-settings.tsx'
import { ChoiceSetting, SettingsGroup, SwitchSetting } from './setting-row.tsx'
import { VaultSettings } from './vault-settings.tsx'

/** Everything that the person decides about the app. Each change is applied at once. */
export function SettingsPage() {
  useReadingWithView(settings)
  const now = settings.value.value
  const vault = snapshot.value?.vault
  return (
    <div class="settings">
      <ProblemNote place={settingsPlace} />
      {now === undefined ? (
        <p class="empty">{words().settings.loading}</p>
      ) : (
        <>
          <General now={now} />
          <Security now={now} />
          <NotificationSettings now={now} />
          {vault !== undefined && <VaultSettings vault={vault} fixed={now.environment.vaultIsFixed} />}
          <NetworkFacts facts={now.environment} />
          <Advanced now={now} />
        </>
      )}
    </div>
  )
}

function General({ now: { settings: set, startAtLogin } }: { readonly now: SettingsView }) {
  const say = words().settings
  return (
    <SettingsGroup title={say.general}>
      <ChoiceSetting
        name="language"
        label={say.language}
        value={set.language}
        options={[
          { value: 'system', name: say.systemLanguage },
          ...languageNames.map(({ tag, name }) => ({ value: tag, name, lang: tag })),
        ]}
        onChoose={(value) => change('language', () => ({ language: languageNamed(value) }))}
      />
      {startAtLogin !== undefined && (
        <SwitchSetting
          name="startAtLogin"
          label={say.startAtLogin}
          on={startAtLogin}
          onChange={(on) => change('startAtLogin', () => ({ startAtLogin: on }))}
        />
      )}
      <OwnSwitch name="startHidden" label={say.startHidden} words={say.startHiddenWords} set={set} />
      <OwnSwitch name="hidePersonalData" label={say.hidePersonalData} words={say.hidePersonalDataWords} set={set} />
    </SettingsGroup>
  )
}

const languageNamed = (value: string): AppSettings['language'] => languageNames.find(({ tag }) => tag === value)?.tag ?? 'system'

function Security({ now: { settings: set, askFirst, environment } }: { readonly now: SettingsView }) {
  const say = words().settings
  const fixed = environment.refreshIsFixed
  return (
    <>
      <SettingsGroup title={say.security}>
        {askFirst !== undefined && (
          <SwitchSetting
            name="askFirst"
            label={say.askFirst}
            words={say.askFirstWords}
            on={askFirst}
            onChange={(on) => change('askFirst', () => ({ askFirst: on }))}
          />
        )}
        <OwnSwitch name="lockWithScreen" label={say.lockWithScreen} words={say.lockWithScreenWords} set={set} />
      </SettingsGroup>
      <SettingsGroup title={say.tokens}>
        <OwnSwitch
          name="refreshAhead"
          label={say.refreshAhead}
          words={fixed ? say.decidedBy('TOKENTRAY_REFRESH') : say.refreshAheadWords}
          set={set}
          fixed={fixed}
        />
      </SettingsGroup>
    </>
  )
}

interface OwnSwitchProps {
  readonly name: 'startHidden' | 'hidePersonalData' | 'lockWithScreen' | 'refreshAhead'
  readonly label: string
  readonly words: string
  readonly set: AppSettings
  readonly fixed?: boolean
}

/** A switch of the settings file. */
function OwnSwitch({ name, label, words: said, set, fixed = false }: OwnSwitchProps) {
  return (
    <SwitchSetting
      name={name}
      label={label}
      words={said}
      on={set[name]}
      fixed={fixed}
      onChange={(on) => change(name, () => ({ [name]: on }))}
    />
  )
}

function Advanced({ now: { settings: set, environment } }: { readonly now: SettingsView }) {
  const say = words().settings
  const fixed = environment.logLevelIsFixed
  const choose = (value: string) => {
    const logLevel = logLevels.find((level) => level === value)
    if (logLevel !== undefined) void change('logLevel', () => ({ logLevel }))
  }
  return (
    <SettingsGroup title={say.advanced}>
      <ChoiceSetting
        name="logLevel"
        label={say.logLevel}
        value={set.logLevel}
        options={logLevels.map((level) => ({ value: level, name: say.logLevels[level] }))}
        words={fixed ? say.decidedBy('TOKENTRAY_LOG') : undefined}
        fixed={fixed}
        onChoose={choose}
      />
      <ResetSettings />
    </SettingsGroup>
  )
}
