import { pluralOf } from '../plural.ts'

const plural = pluralOf('en')

export const overall = {
  starting: 'Starting',
  notRunning: 'The broker is not running',
  waits: (client: string) => `${client} waits for you`,
  bothWait: (first: string, second: string) => `${first} and ${second} wait for you`,
  moreWait: (first: string, others: number) => `${first} and ${plural(others, { other: '# others' })} wait for you`,
  opening: 'Opening your logins',
  locked: 'Locked',
  passphraseNeeded: 'Your passphrase is needed',
  choosePassphrase: 'Choose a passphrase',
  keychainLocked: 'The keychain is locked',
  noKeychain: 'There is no keychain',
  cannotOpen: 'Stored logins cannot be opened',
  decision: (provider: string) => `${provider} waits for your decision`,
  needsYou: (provider: string) => `${provider} needs you`,
  needYou: (count: number) => plural(count, { other: '# need you' }),
  partReady: (ready: number, used: number) => `${ready} of ${used} ready`,
  refreshing: (provider: string) => `Refreshing ${provider}`,
  refreshingSeveral: (count: number) => plural(count, { other: 'Refreshing # accounts' }),
  signedOut: 'Signed out',
  switchedOff: 'Switched off',
  oneReady: (provider: string) => `${provider} is ready`,
  bothReady: 'Both are ready',
  allReady: (count: number) => plural(count, { other: 'All # are ready' }),
  notReachable: 'Not reachable',
  tryingAgain: 'trying again',
}
