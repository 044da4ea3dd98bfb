import type { overall as pattern } from '../en/overall.ts'
import { pluralOf } from '../plural.ts'
import { isolated } from './isolated.ts'

const plural = pluralOf('ar')

export const overall: typeof pattern = {
  starting: 'جارٍ البدء',
  notRunning: 'الوسيط لا يعمل',
  waits: (client) => `${isolated(client)} ينتظرك`,
  bothWait: (first, second) => `${isolated(first)} و${isolated(second)} ينتظرانك`,
  moreWait: (first, others) =>
    `${isolated(first)} و${plural(others, { two: 'اثنان آخران', few: '# آخرون', other: '# آخرون' })} ينتظرونك`,
  opening: 'جارٍ فتح تسجيلات دخولك',
  locked: 'مقفل',
  passphraseNeeded: 'عبارة المرور مطلوبة',
  choosePassphrase: 'اختر عبارة مرور',
  keychainLocked: 'سلسلة المفاتيح مقفلة',
  noKeychain: 'لا توجد سلسلة مفاتيح',
  cannotOpen: 'يتعذر فتح تسجيلات الدخول المحفوظة',
  decision: (provider) => `${isolated(provider)} ينتظر قرارك`,
  needsYou: (provider) => `${isolated(provider)} يحتاج إليك`,
  needYou: (count) =>
    plural(count, {
      two: 'حسابان يحتاجان إليك',
      few: '# حسابات تحتاج إليك',
      many: '# حسابًا يحتاج إليك',
      other: '# حساب يحتاج إليك',
    }),
  partReady: (ready, used) => `${ready} من ${used} جاهز`,
  refreshing: (provider) => `جارٍ تجديد ${isolated(provider)}`,
  refreshingSeveral: (count) =>
    plural(count, {
      two: 'جارٍ تجديد حسابين',
      few: 'جارٍ تجديد # حسابات',
      many: 'جارٍ تجديد # حسابًا',
      other: 'جارٍ تجديد # حساب',
    }),
  signedOut: 'لم يُسجَّل الدخول',
  switchedOff: 'متوقف',
  oneReady: (provider) => `${isolated(provider)} جاهز`,
  bothReady: 'كلاهما جاهز',
  allReady: (count) => plural(count, { few: 'الحسابات الـ# كلها جاهزة', other: 'الحسابات الـ# كلها جاهزة' }),
  notReachable: 'يتعذر الوصول',
  tryingAgain: 'تجري إعادة المحاولة',
}
