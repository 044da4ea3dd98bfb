import type { vault as pattern } from '../en/vault.ts'

export const vault: typeof pattern = {
  locked: 'Gesperrt',
  head: 'Deine Anmeldungen sind gesperrt',
  words: 'Werkzeuge bekommen kein Token, bis du sie entsperrst.',
  firstHead: 'Wähle eine Passphrase',
  firstWords: 'Sie versiegelt deine Anmeldungen auf diesem Computer, und ohne sie führt kein Weg dorthin.',
  lock: 'Sperren',
  unlock: 'Entsperren',
  opening: 'Öffnet den Schlüsselbund…',
  passphrase: 'Passphrase',
  again: 'Dieselbe noch einmal',
  set: 'Passphrase festlegen',
  tooShort: (least) => `Eine Passphrase hat mindestens ${least} Zeichen.`,
  notTheSame: 'Die beiden sind nicht gleich. Gib beide noch einmal ein.',
  retryIn: (countdown) => `In ${countdown} kannst du es wieder versuchen.`,
  endWithTheApp: 'Anmeldungen enden mit der App',
  endWithTheAppTip: 'TOKENTRAY_VAULT=memory: Nichts wird in den Schlüsselbund oder auf die Platte geschrieben.',
}
