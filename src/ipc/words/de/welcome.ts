import type { welcome as pattern } from '../en/welcome.ts'

export const welcome: typeof pattern = {
  title: 'Willkommen',
  step: (number, of) => `Schritt ${number} von ${of}`,
  steps: { provider: 'Anbieter', place: 'Ort', tools: 'Werkzeuge' },
  providerHead: 'Wo möchtest du dich anmelden?',
  providerWords:
    'Du meldest dich einmal hier an. Jedes Werkzeug auf diesem Computer bekommt dann ein frisches Token von TokenTray.',
  kinds: {
    practice: 'Alles ohne Konto ausprobieren',
    chatgpt: 'Ein ChatGPT-Abo, für Apps',
    'openai-codex': 'Ein ChatGPT-Abo in Codex oder ein API-Schlüssel',
    anthropic: 'Ein Claude-Abo oder ein API-Schlüssel',
    'github-copilot': 'Ein Copilot-Abo oder ein GitHub-Token',
    kimi: 'Ein Kimi-Code-Abo',
    xai: 'Ein Grok-Abo oder ein API-Schlüssel',
    openrouter: 'Ein Konto für viele Modelle',
  },
  rulesHint: 'Manche Anbieter haben Regeln, wer eine Anmeldung halten darf. Du siehst sie vor der Anmeldung.',
  nothingToPick: 'Noch gibt es keinen Anbieter. Du kannst weitergehen und dich später anmelden.',
  signingIn: 'Melde dich an, dann gehen die ersten Schritte von selbst weiter.',
  placeHead: 'Wo deine Anmeldungen liegen',
  placeWords: 'Refresh-Tokens verlassen TokenTray nie. Werkzeuge bekommen nur kurzlebige Zugangstokens.',
  placeChange: 'In den Einstellungen kannst du sie später verschieben.',
  toolsHead: 'Werkzeuge verbinden',
  toolsWords: 'Diese wurden auf dem Computer gefunden. Verbinde sie jetzt oder später auf der Seite „Werkzeuge“.',
  back: 'Zurück',
  next: 'Weiter',
  skip: 'Überspringen',
  skipLabel: 'Die ersten Schritte überspringen',
  done: 'Fertig',
}
