import type { overall as pattern } from '../en/overall.ts'
import { pluralOf } from '../plural.ts'

const plural = pluralOf('de')

export const overall: typeof pattern = {
  starting: 'Startet',
  notRunning: 'Der Broker läuft nicht',
  waits: (client) => `${client} wartet auf dich`,
  bothWait: (first, second) => `${first} und ${second} warten auf dich`,
  moreWait: (first, others) => `${first} und ${plural(others, { other: '# andere' })} warten auf dich`,
  opening: 'Öffnet deine Anmeldungen',
  locked: 'Gesperrt',
  passphraseNeeded: 'Deine Passphrase wird gebraucht',
  choosePassphrase: 'Wähle eine Passphrase',
  keychainLocked: 'Der Schlüsselbund ist gesperrt',
  noKeychain: 'Es gibt keinen Schlüsselbund',
  cannotOpen: 'Gespeicherte Anmeldungen lassen sich nicht öffnen',
  decision: (provider) => `${provider} wartet auf deine Entscheidung`,
  needsYou: (provider) => `${provider} braucht dich`,
  needYou: (count) => plural(count, { other: '# brauchen dich' }),
  partReady: (ready, used) => `${ready} von ${used} bereit`,
  refreshing: (provider) => `${provider} wird erneuert`,
  refreshingSeveral: (count) => plural(count, { other: '# Konten werden erneuert' }),
  signedOut: 'Abgemeldet',
  switchedOff: 'Ausgeschaltet',
  oneReady: (provider) => `${provider} ist bereit`,
  bothReady: 'Beide sind bereit',
  allReady: (count) => plural(count, { other: 'Alle # sind bereit' }),
  notReachable: 'Nicht erreichbar',
  tryingAgain: 'neuer Versuch läuft',
}
