import type { vault as pattern } from '../en/vault.ts'

export const vault: typeof pattern = {
  locked: 'مقفل',
  head: 'تسجيلات دخولك مقفلة',
  words: 'لا تحصل الأدوات على أي رمز حتى تفتح القفل.',
  firstHead: 'اختر عبارة مرور',
  firstWords: 'تختم تسجيلات دخولك على هذا الحاسوب، ولا سبيل إليها من دونها.',
  lock: 'قفل',
  unlock: 'فتح القفل',
  opening: 'جارٍ فتح سلسلة المفاتيح…',
  passphrase: 'عبارة المرور',
  again: 'العبارة نفسها مرة أخرى',
  set: 'تعيين عبارة المرور',
  tooShort: (least) => `تتكون عبارة المرور من ${least} أحرف على الأقل.`,
  notTheSame: 'العبارتان غير متطابقتين. اكتبهما من جديد.',
  retryIn: (countdown) => `يمكنك المحاولة مجددًا بعد ${countdown}.`,
  endWithTheApp: 'تنتهي تسجيلات الدخول مع التطبيق',
  endWithTheAppTip: 'TOKENTRAY_VAULT=memory: لا يُكتب شيء في سلسلة المفاتيح ولا على القرص.',
}
