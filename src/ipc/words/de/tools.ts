import type { tools as pattern } from '../en/tools.ts'

export const tools: typeof pattern = {
  list: 'Werkzeuge auf diesem Computer',
  intro: 'Ein verbundenes Werkzeug holt sein Token hier und braucht keine eigene Anmeldung.',
  loading: 'Sucht nach Werkzeugen…',
  none: 'Auf diesem Computer wurde kein Werkzeug gefunden, das TokenTray kennt.',
  noneYet: 'Noch ist kein Werkzeug installiert, das TokenTray kennt.',
  states: { connected: 'Verbunden', found: 'Noch nicht verbunden', not_installed: 'Nicht installiert' },
  connect: 'Verbinden…',
  connectLabel: (name) => `${name} verbinden`,
  howTo: (name) => `So verbindest du ${name}`,
  put: 'Schreibe diese Zeilen in:',
  lines: (name) => `Zeilen, die ${name} verbinden`,
  copy: 'Kopieren',
  copyLabel: (name) => `Zeilen für ${name} kopieren`,
}
