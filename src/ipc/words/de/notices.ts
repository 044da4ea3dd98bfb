import type { notices as pattern } from '../en/notices.ts'
import { pluralOf } from '../plural.ts'

const plural = pluralOf('de')

export const notices: typeof pattern = {
  signInNeeded: (account) => `${account}: Anmeldung nötig`,
  signInsNeeded: (count) => plural(count, { one: 'Ein Konto braucht eine Anmeldung', other: '# Konten brauchen eine Anmeldung' }),
  noTokens: 'Werkzeuge bekommen kein Token dieses Kontos, bis du dich wieder anmeldest.',
  noTokensOfThem: 'Werkzeuge bekommen keine Token dieser Konten, bis du dich wieder anmeldest.',
  endsSoon: (account) => `${account}: Die Anmeldung läuft bald ab`,
  endsWords: (day) => `Sie gilt bis etwa ${day}. Melde dich vorher neu an, dann arbeiten deine Werkzeuge einfach weiter.`,
  begunAnew: 'Dieses Kontingent beginnt von vorn.',
  stays: 'TokenTray läuft weiter',
  staysWords:
    'Deine Werkzeuge bekommen weiterhin ihre Token. Starte TokenTray noch einmal, um das Fenster zu öffnen; dort kannst du es auch beenden.',
}
