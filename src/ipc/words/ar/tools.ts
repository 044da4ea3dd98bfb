import type { tools as pattern } from '../en/tools.ts'
import { isolated } from './isolated.ts'

export const tools: typeof pattern = {
  list: 'الأدوات على هذا الحاسوب',
  intro: 'تأخذ الأداة المتصلة رمزها من هنا، فلا تحتاج إلى تسجيل دخول خاص بها.',
  loading: 'جارٍ البحث عن الأدوات…',
  none: 'لم يُعثر على هذا الحاسوب على أي أداة يعرفها TokenTray.',
  noneYet: 'لم تُثبَّت بعد أي أداة يعرفها TokenTray.',
  states: { connected: 'متصلة', found: 'موجودة وغير متصلة', not_installed: 'غير مثبّتة' },
  connect: 'توصيل…',
  connectLabel: (name) => `توصيل ${isolated(name)}`,
  howTo: (name) => `كيفية توصيل ${isolated(name)}`,
  put: 'ضع هذه الأسطر في:',
  lines: (name) => `الأسطر التي توصل ${isolated(name)}`,
  copy: 'نسخ',
  copyLabel: (name) => `نسخ الأسطر الخاصة بـ ${isolated(name)}`,
}
