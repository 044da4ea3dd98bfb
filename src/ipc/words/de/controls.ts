import type { controls as pattern } from '../en/controls.ts'

export const controls: typeof pattern = {
  dismiss: 'Ausblenden',
  notice: 'Hinweis',
  version: (version) => `Version ${version}`,
  noAnswer: 'Die App hat nicht geantwortet.',
  startAgain: 'Starte TokenTray neu.',
  alreadyRunning: 'TokenTray läuft schon auf diesem Computer.',
  cannotStart: 'TokenTray kann nicht starten.',
}
