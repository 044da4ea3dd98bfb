import type { EnvironmentFacts } from '../../src/ipc/settings.ts'
import { words } from '../language.ts'
import { SettingsGroup } from './setting-row.tsx'
import { WordsWithCode } from './words-with-code.tsx'

/** What the environment says of the network. The app does not change it, so that it says who does. */
export function NetworkFacts({ facts: { proxy, noProxy, extraCa } }: { readonly facts: EnvironmentFacts }) {
  const say = words().settings
  return (
    <SettingsGroup title={say.network}>
      <dl class="facts">
        <Fact name={say.proxy} value={proxy} />
        <Fact name={say.noProxy} value={noProxy} />
        <Fact name={say.extraCa} value={extraCa} />
      </dl>
      <p class="setting setting-words facts-words">
        <WordsWithCode text={say.networkWords} />
      </p>
    </SettingsGroup>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>
        {value === undefined ? (
          words().settings.nothingSet
        ) : (
          <bdi>
            <code>{value}</code>
          </bdi>
        )}
      </dd>
    </div>
  )
}
