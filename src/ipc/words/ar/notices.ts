import type { notices as pattern } from '../en/notices.ts'
import { pluralOf } from '../plural.ts'

const plural = pluralOf('ar')

export const notices: typeof pattern = {
  signInNeeded: (account) => `${account}: يلزم تسجيل الدخول`,
  signInsNeeded: (count) =>
    plural(count, {
      zero: 'لا يلزم تسجيل الدخول إلى أي حساب',
      one: 'يلزم تسجيل الدخول إلى حساب واحد',
      two: 'يلزم تسجيل الدخول إلى حسابين',
      few: 'يلزم تسجيل الدخول إلى # حسابات',
      many: 'يلزم تسجيل الدخول إلى # حسابًا',
      other: 'يلزم تسجيل الدخول إلى # حساب',
    }),
  noTokens: 'لن تحصل الأدوات على رمز من هذا الحساب حتى تسجّل الدخول من جديد.',
  noTokensOfThem: 'لن تحصل الأدوات على رموز من هذه الحسابات حتى تسجّل الدخول من جديد.',
  endsSoon: (account) => `${account}: تسجيل الدخول على وشك الانتهاء`,
  endsWords: (day) => `يبقى صالحًا حتى ${day} تقريبًا. سجّل الدخول من جديد قبل ذلك لتواصل أدواتك عملها.`,
  begunAnew: 'بدأ هذا الحد من جديد.',
  stays: 'يواصل TokenTray عمله',
  staysWords: 'ما زالت أدواتك تحصل على رموزها. شغّل TokenTray مرة أخرى لفتح نافذته، ومنها يمكنك إنهاؤه.',
}
