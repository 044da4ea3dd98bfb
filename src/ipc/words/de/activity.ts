import type { activity as pattern } from '../en/activity.ts'
import { pluralOf } from '../plural.ts'

const plural = pluralOf('de')

const times = (count: number) => (count === 1 ? '' : plural(count, { other: ' #-mal' }))

export const activity: typeof pattern = {
  today: 'Heute',
  yesterday: 'Gestern',
  used: (count) => `{client} hat {account}${times(count)} benutzt`,
  refused: (count) => `{client} wurde {account}${times(count)} verweigert`,
  unanswered: (count) => `{client} bekam für {account}${times(count)} keine Antwort`,
  copied: (count) => `Du hast${times(count)} ein Token von {account} kopiert`,
  startedBy: (parent) => `gestartet von ${parent}`,
  claimed: 'Nur der Name ist bekannt',
  morePrograms: (count) => plural(count, { one: '# weiteres Programm', other: '# weitere Programme' }),
  filter: 'Filter',
  tool: 'Werkzeug',
  everyTool: 'Alle Werkzeuge',
  you: 'Du',
  refusedOnly: 'Nur verweigerte',
  list: 'Wer ein Token bekam',
  loading: 'Liest die Aufzeichnung…',
  none: 'Noch kein Werkzeug hat nach einem Token gefragt. Hier siehst du, welches wann für welches Konto fragte.',
  noneOfThese: 'Zu diesem Filter steht nichts in der Aufzeichnung.',
  answers: 'Gemerkte Antworten',
  noAnswers: 'Du hast noch keinem Werkzeug „Immer“ geantwortet.',
  allowed: 'Erlaubt',
  denied: 'Verweigert',
  everyAccount: 'alle Konten',
  goneAccounts: (count) => plural(count, { one: '# Konto, das es nicht mehr gibt', other: '# Konten, die es nicht mehr gibt' }),
  until: (moment) => `bis ${moment}`,
  forget: 'Vergessen',
  forgetLabel: (client) => `Antwort für ${client} vergessen`,
  forgottenAsks: (client) =>
    `Vergessen. Wenn ${client} das nächste Mal ein Token will, wirst du gefragt und kannst wieder „Immer“ antworten.`,
  forgottenGives: (client) =>
    `Vergessen. ${client} bekommt jetzt wie jedes neue Werkzeug ohne Frage Tokens. Lass neue Werkzeuge erst fragen, um selbst zu entscheiden.`,
  asksFirst: 'Bei neuen Werkzeugen wirst du erst gefragt.',
  asksNot: 'Neue Werkzeuge bekommen Tokens ohne Frage.',
  change: 'Ändern',
}
