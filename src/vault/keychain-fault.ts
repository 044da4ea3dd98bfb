import type { VaultFault } from './fault.ts'

/** A failure of the keychain, sorted by its way out (V1). */
export interface KeychainFault {
  readonly kind: 'locked' | 'absent' | 'broken'
  readonly fault: VaultFault
}

const otherStores =
  'or set TOKENTRAY_VAULT=passphrase to use a passphrase instead, or TOKENTRAY_VAULT=memory to keep logins until the end of the process only'

/** The keychain is locked, or the person dismissed its prompt. */
export const lockedFault: VaultFault = {
  code: 'keychain_locked',
  description: 'The keychain of your system is locked.',
  fix: 'Unlock it. TokenTray goes on by itself.',
}

/** The keychain has asked the person, who has not answered yet. */
export const waitingFault: VaultFault = {
  code: 'keychain_waiting',
  description: 'TokenTray is waiting for the unlock prompt of the keychain.',
  fix: 'Answer the prompt. TokenTray goes on by itself.',
}

/** The session that libsecret opened with the keychain service ended with it; see `keytarInNewProcess`. */
export const restartedFault: VaultFault = {
  code: 'keychain_restarted',
  description: 'The keychain service of your system was started again, and TokenTray cannot reach the new one.',
  fix: 'Start TokenTray again.',
}

const noServiceFault: VaultFault = {
  code: 'keychain_absent',
  description: 'No keychain service runs in this session.',
  fix: `Install and start gnome-keyring, KWallet or KeePassXC with its Secret Service, ${otherStores}.`,
}

const noBusFault: VaultFault = {
  code: 'session_bus_absent',
  description: 'This session has no D-Bus, so that no keychain can be reached.',
  fix: `Start TokenTray from your desktop session, or under \`dbus-run-session\`, ${otherStores}.`,
}

const noCollectionFault: VaultFault = {
  code: 'keychain_not_set_up',
  description: 'The keychain service runs, but it has no default keyring.',
  fix: 'Create a default keyring, for example in "Passwords and Keys" (Seahorse) or in KWallet.',
}

const noKeychainFault: VaultFault = {
  code: 'keychain_absent',
  description: 'There is no keychain in this session.',
  fix: `Start TokenTray from your desktop session, ${otherStores}.`,
}

const refusedItemFault: VaultFault = {
  code: 'keychain_refused_item',
  description: 'The keychain refused the key of TokenTray, although it is small.',
  fix: 'Free space in the Credential Manager of Windows, or repair it, and start TokenTray again.',
}

/**
 * What keytar's errors say. It hands on the text of the system and no code, so that the text has to decide. The texts for Linux
 * were seen with gnome-keyring 42 and libsecret 0.20; those for macOS are the ones of SecCopyErrorMessageString for
 * errSecInteractionNotAllowed, errSecUserCanceled, errSecAuthFailed, errSecInDarkWake, errSecNotAvailable,
 * errSecNoDefaultKeychain and errSecNoSuchKeychain; those for Windows are the ones of FormatMessage. The last two come in the
 * language of the system, so that an unknown text is `broken` and must not be retried in a way that could prompt.
 */
const known: readonly (readonly [RegExp, KeychainFault])[] = [
  [/locked collection|IsLocked|is locked|dismissed/i, { kind: 'locked', fault: lockedFault }],
  [/interaction is not allowed|User cancell?ed|no UI possible/i, { kind: 'locked', fault: lockedFault }],
  [/user ?name or passphrase you entered is not correct/i, { kind: 'locked', fault: lockedFault }],
  [/autolaunch D-Bus|Could not connect|spawn a message bus|spawning command line .*dbus/i, { kind: 'absent', fault: noBusFault }],
  [/session wrapping the secret|Error\.NoSession/i, { kind: 'broken', fault: restartedFault }],
  [/was not provided by any|not activatable|activate remote peer/i, { kind: 'absent', fault: noServiceFault }],
  [/StartServiceByName|program org\.freedesktop\.secrets/i, { kind: 'absent', fault: noServiceFault }],
  [/No such secret collection|Object does not exist at path/i, { kind: 'absent', fault: noCollectionFault }],
  [/No keychain is available|keychain could not be found/i, { kind: 'absent', fault: noKeychainFault }],
  [/logon session does not exist/i, { kind: 'absent', fault: noKeychainFault }],
  [/stub received bad data/i, { kind: 'broken', fault: refusedItemFault }],
]

export function keychainFault(error: unknown): KeychainFault {
  const text = error instanceof Error ? error.message : String(error)
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? { kind: 'broken', fault: unknownFault(text) }
}

/** The keychain library could not be loaded. keytar hides the cause; on Linux it is a missing libsecret nearly always. */
export function libraryFault(platform: NodeJS.Platform): VaultFault {
  return {
    code: 'keychain_library_absent',
    description: 'The library that reaches the keychain could not be loaded.',
    fix:
      platform === 'linux'
        ? `Install libsecret (Debian, Ubuntu: \`apt install libsecret-1-0\`; Fedora: \`dnf install libsecret\`) and start TokenTray again, ${otherStores}.`
        : `Install TokenTray again, ${otherStores}.`,
  }
}

/** The keychain holds something under our name that is no data key. */
export const malformedKeyFault = (service: string, account: string): VaultFault => ({
  code: 'data_key_malformed',
  description: `The keychain item "${account}" of "${service}" is not a data key of TokenTray. It is left alone.`,
  fix: 'Restore the item from a backup of your keychain, or remove it if you do not need the stored logins.',
})

/** The keychain did not do what it confirmed. */
export const unreliableFault = (what: string): VaultFault => ({
  code: 'keychain_unreliable',
  description: `The keychain is not reliable: ${what}.`,
  fix: 'Restart the keychain service of your system. Nothing was stored with it.',
})

const unknownFault = (text: string): VaultFault => ({
  code: 'keychain_failed',
  description: `The keychain answered with an error: ${text.trim().slice(0, 200)}.`,
  fix: 'Check the keychain of your system, then choose "try again" in TokenTray.',
})
