import type { settingsFile as pattern } from '../en/settings-file.ts'

export const settingsFile: typeof pattern = {
  setAside: (file) =>
    `Deine Einstellungen ließen sich nicht lesen. Es gelten die üblichen, und die Datei liegt jetzt unter ${file}.`,
  setAsideFix: 'Wähle deine Einstellungen neu. Wenn du die Datei bearbeitet hast, such den Fehler darin.',
  notSetAside: (file) =>
    `Deine Einstellungen ließen sich nicht lesen, und ${file} ließ sich nicht aus dem Weg räumen. Es gelten die üblichen.`,
  notSetAsideFix: 'Sieh dir die Datei und ihren Ordner an: Beide müssen dir gehören.',
  notSaved: (file) => `Das gilt, bis TokenTray endet, aber ${file} ließ sich nicht schreiben.`,
  notSavedFix: (folder) => `Schaffe Platz auf der Platte, mach ${folder} für dich beschreibbar und ändere es noch einmal.`,
  loginEntryForeign: (file) => `${file} stammt nicht von TokenTray und bleibt deshalb, wie es ist.`,
  loginEntryForeignFix: 'Sieh dir diese Datei an und verschiebe sie, wenn du sie nicht brauchst.',
  loginEntryFailed: (file) => `${file} ließ sich nicht ändern. Was mit deiner Anmeldung startet, bleibt deshalb, wie es war.`,
  loginEntryFailedFix: (folder) =>
    `Schaffe Platz auf der Platte, mach ${folder} für dich beschreibbar und versuch es noch einmal.`,
  noStartAtLogin: 'TokenTray kann hier nicht mit deiner Anmeldung gestartet werden.',
  noStartAtLoginFix: 'Nimm dafür die Einstellungen deines Systems.',
}
