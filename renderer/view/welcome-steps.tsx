import { hasAccount } from '../../src/ipc/account-words.ts'
import type { AccountStatus, BrokerSnapshot, VaultStatus } from '../../src/protocol/index.ts'
import { useReading } from '../kept.ts'
import { words } from '../language.ts'
import { signIn } from '../sign-in.ts'
import { providerOf } from '../store.ts'
import { tokenFiles, tools, toolsPlace } from '../tools.ts'
import { pick } from '../welcome.ts'
import { VaultNotice } from './notices.tsx'
import { ProblemNote } from './problem-note.tsx'
import { ProviderMark } from './provider-mark.tsx'
import { StateGlyph } from './state-glyph.tsx'
import { ToolRows } from './tool-rows.tsx'

/** What needs no account comes first. */
export function ProviderStep({ snapshot: { accounts } }: { readonly snapshot: BrokerSnapshot }) {
  const say = words().welcome
  const offered = accounts.filter((row) => !hasAccount(row))
  const sorted = [...offered.filter(isPractice), ...offered.filter((row) => !isPractice(row))]
  const withRules = offered.some(({ provider }) => providerOf(provider)?.rules !== undefined)
  if (sorted.length === 0) return <p class="empty">{say.nothingToPick}</p>
  return (
    <>
      <ul class="picks">
        {sorted.map((row) => (
          <Pick key={row.id} row={row} />
        ))}
      </ul>
      {withRules && <p class="page-words">{say.rulesHint}</p>}
    </>
  )
}

const isPractice = ({ provider }: AccountStatus): boolean => provider === 'practice'

/** One press starts the usual sign-in and shows it where it always is. */
function Pick({ row }: { readonly row: AccountStatus }) {
  const { provider, provider_name: name } = row
  const { kinds } = words().welcome
  const kind = Object.hasOwn(kinds, provider) ? kinds[provider] : undefined
  const press = () => {
    pick()
    if (row.state.kind !== 'authorizing') void signIn(row)
  }
  return (
    <li>
      <button type="button" class="pick" onClick={press}>
        <ProviderMark provider={provider} name={name} size={28} />
        <span class="pick-words">
          <span class="pick-name">{name}</span>
          {kind !== undefined && <span class="pick-kind">{kind}</span>}
        </span>
        <svg class="pick-on" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
          <path class="glyph-line" d="M3.5 1.8l3.3 3.2-3.3 3.2" />
        </svg>
      </button>
    </li>
  )
}

export function PlaceStep({ vault }: { readonly vault: VaultStatus }) {
  const { settings, welcome } = words()
  return (
    <>
      <VaultNotice vault={vault} />
      <div class="place">
        <StateGlyph tone="locked" size={22} />
        <div>
          <h3>{settings.stores[vault.store]}</h3>
          <p>{settings.storeWords[vault.store]}</p>
        </div>
      </div>
      {vault.store !== 'memory' && <p class="page-words">{welcome.placeChange}</p>}
    </>
  )
}

export function ToolsStep() {
  useReading(tools, tokenFiles)
  const known = tools.value.value
  const say = words().tools
  return (
    <>
      <ProblemNote place={toolsPlace} />
      {known === undefined ? (
        <p class="empty">{say.loading}</p>
      ) : known.every(({ state }) => state === 'not_installed') ? (
        <p class="empty">{say.none}</p>
      ) : (
        <ToolRows tools={known.filter(({ state }) => state !== 'not_installed')} />
      )}
    </>
  )
}
