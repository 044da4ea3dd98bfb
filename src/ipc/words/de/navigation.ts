import type { navigation as pattern } from '../en/navigation.ts'

export const navigation: typeof pattern = {
  pages: 'Seiten',
  names: { accounts: 'Konten', activity: 'Aktivität', tools: 'Werkzeuge', settings: 'Einstellungen' },
}
