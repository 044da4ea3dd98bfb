import type { VaultStatus } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { unfolded } from '../page.ts'
import { settingPlace } from '../settings.ts'
import { setNote } from '../store.ts'
import { Button } from './button.tsx'
import { useFocusBack } from './focus-back.ts'
import { NoteLines } from './note-lines.tsx'
import { ProblemNote } from './problem-note.tsx'
import { SettingsGroup } from './setting-row.tsx'
import { VaultMoveForm } from './vault-move-form.tsx'
import { WordsWithCode } from './words-with-code.tsx'

const place = settingPlace('vault')

interface VaultSettingsProps {
  readonly vault: VaultStatus
  /** The environment decides. */
  readonly fixed: boolean
}

/** Where the key to the logins is, and the way to the other place. */
export function VaultSettings({ vault: { store, state }, fixed }: VaultSettingsProps) {
  const say = words().settings
  const open = unfolded.value?.kind === 'vault_move' && !fixed && state.kind === 'ready'
  const opener = useFocusBack(open)
  const hint = fixed ? say.decidedBy('TOKENTRAY_VAULT') : state.kind === 'ready' ? undefined : say.cannotMoveNow
  return (
    <SettingsGroup title={say.vault}>
      <div class="setting">
        <p class="setting-name">{say.stores[store]}</p>
        <p class="setting-words">{say.storeWords[store]}</p>
        {store !== 'memory' && hint !== undefined && (
          <p class="setting-words">
            <WordsWithCode text={hint} />
          </p>
        )}
        {store !== 'memory' && hint === undefined && (
          <div class="setting-action">
            <Button
              buttonRef={opener}
              expanded={open}
              onPress={() => {
                setNote(place, undefined)
                unfolded.value = open ? undefined : { kind: 'vault_move' }
              }}
            >
              {store === 'keychain' ? say.toPassphrase : say.toKeychain}
            </Button>
          </div>
        )}
        {open && store !== 'memory' && <VaultMoveForm key={store} to={store === 'keychain' ? 'passphrase' : 'keychain'} />}
        <ProblemNote place={place} />
        <NoteLines place={place} />
      </div>
    </SettingsGroup>
  )
}
