import type { owners as pattern } from '../en/owners.ts'

export const owners: typeof pattern = {
  asked: (program) => `Diese Anmeldung gehört ${program}; TokenTray bittet dort um Token.`,
  watched: (program) => `Nur beobachtet: Diese Anmeldung gehört ${program}, und kein Werkzeug bekommt von hier ein Token davon.`,
  signedInThere: 'Dort angemeldet',
  signedOutThere: 'Dort abgemeldet',
  itsToken: (span) => `Token dort gültig: ${span}`,
  itsTokenOver: 'Token dort abgelaufen',
  forget: 'Vergessen',
  forgetLabel: (name) => `${name} vergessen`,
  forgetQuestion: (name) => `${name} vergessen?`,
  forgetAsked: (program) =>
    `Vergessen? Die Werkzeuge auf diesem Computer verlieren sofort den Zugang zu diesem Konto. ${program} bleibt angemeldet; dort ändert sich nichts.`,
  forgetWatched: (program) =>
    `Vergessen? Es wird hier nicht mehr angezeigt. ${program} bleibt angemeldet; dort ändert sich nichts.`,
  forgotten: (program) => `Hier vergessen. In ${program} wurde nichts geändert.`,
  giveBack: (program) => `An ${program} zurückgeben…`,
  giveBackTitle: (program) => `Die Anmeldung an ${program} zurückgeben`,
  giveBackWords: (program) =>
    `${program} bekommt die neuesten Token in {file} und erneuert diese Anmeldung von da an allein. TokenTray vergisst sie, und die Werkzeuge verlieren sofort den Zugang zu diesem Konto.`,
  giveBackConfirm: 'Zurückgeben',
  givenBack: (program) => `${program} hat seine Anmeldung wieder.`,
  givenBackAsBefore: (program) => `${program} hat seine Anmeldung wieder. Die Datei ist wie zuvor.`,
  stillWithout: (file) => `In ${file} fehlt sie noch.`,
}
