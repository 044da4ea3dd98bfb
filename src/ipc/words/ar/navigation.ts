import type { navigation as pattern } from '../en/navigation.ts'

export const navigation: typeof pattern = {
  pages: 'الصفحات',
  names: { accounts: 'الحسابات', activity: 'النشاط', tools: 'الأدوات', settings: 'الإعدادات' },
}
