import type { radar as pattern } from '../en/radar.ts'
import { pluralOf } from '../plural.ts'

const plural = pluralOf('de')

export const radar: typeof pattern = {
  shared: (names) => `${names} haben ein und dieselbe Anmeldung. Sobald eines davon sie erneuert, sind die anderen abgemeldet.`,
  own: 'Jedem eine eigene geben',
  ignore: 'Ignorieren',
  owner: 'TokenTray zum Besitzer machen',
  ownerTitle: 'Was sich ändert',
  loses: (program) =>
    `${program} verliert sein Refresh-Token in {file}. Bis sein Zugriffstoken abläuft, arbeitet es damit weiter.`,
  afterwards:
    'Danach bekommt es seine Token von hier, sobald es auf der Seite „Werkzeuge“ verbunden ist. `tokentray import --undo` gibt die Anmeldung zurück.',
  stays: (program) => `{file} von ${program} lässt sich nicht ändern: Melde dich dort neu an.`,
  confirm: 'Weiter',
  cancel: 'Abbrechen',
  moved: 'Von jetzt an erneuert nur noch TokenTray diese Anmeldung.',
  stillRuns: (program) => `Falls ${program} läuft, beende es: Es arbeitet mit der Anmeldung weiter, die es gelesen hat.`,
  ownTitle: 'Eine Anmeldung für jedes',
  ownWords:
    'Melde dich in allen diesen Programmen bis auf eines neu an. Dann hat jedes eine eigene Anmeldung, und sie stören einander nicht mehr.',
  ownBeside: 'Melde dich in diesen Programmen neu an. Dann hat jedes eine eigene Anmeldung, und TokenTray behält diese.',
  signInWith: (program, command) => `In ${program}: \`${command}\``,
  ignored: 'Ignoriert, bis es um eine andere Anmeldung oder ein anderes Programm geht.',
  unread: (count) =>
    plural(count, {
      one: 'Ein weiteres Programm hat hier eine Anmeldung, in die nicht gesehen wurde.',
      other: '# weitere Programme haben hier Anmeldungen, in die nicht gesehen wurde.',
    }),
  look: 'Ansehen…',
  lookTitle: 'Die Anmeldungen anderer Programme ansehen',
  lookWords:
    'Dann sieht TokenTray, ob mehrere Programme ein und dieselbe Anmeldung haben. Was es liest, bleibt auf diesem Computer, und nichts wird geändert.',
  mayRead: (program) => `Dürfen die Anmeldungen von ${program} gelesen werden?`,
  read: 'Lesen',
  readLabel: (program) => `Die Anmeldungen von ${program} lesen`,
  doNotRead: 'Nicht lesen',
  doNotReadLabel: (program) => `Die Anmeldungen von ${program} nicht lesen`,
}
