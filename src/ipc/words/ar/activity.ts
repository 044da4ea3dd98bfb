import type { activity as pattern } from '../en/activity.ts'
import { pluralOf } from '../plural.ts'
import { isolated } from './isolated.ts'

const plural = pluralOf('ar')

const times = (count: number) =>
  count === 1 ? '' : ` ${plural(count, { two: 'مرتين', few: '# مرات', many: '# مرة', other: '# مرة' })}`

export const activity: typeof pattern = {
  today: 'اليوم',
  yesterday: 'أمس',
  used: (count) => `استخدمت {client} حساب {account}${times(count)}`,
  refused: (count) => `رُفض طلب {client} لحساب {account}${times(count)}`,
  unanswered: (count) => `لم تتلقَّ {client} ردًا بشأن {account}${times(count)}`,
  copied: (count) => `نسختَ رمزًا من {account}${times(count)}`,
  startedBy: (parent) => `شغّلها ${isolated(parent)}`,
  claimed: 'لا يُعرف سوى اسمها',
  morePrograms: (count) =>
    plural(count, {
      one: 'برنامج آخر',
      two: 'برنامجان آخران',
      few: '# برامج أخرى',
      many: '# برنامجًا آخر',
      other: '# برنامج آخر',
    }),
  filter: 'تصفية',
  tool: 'الأداة',
  everyTool: 'كل الأدوات',
  you: 'أنت',
  refusedOnly: 'المرفوضة فقط',
  list: 'من حصل على رمز',
  loading: 'تجري قراءة السجل…',
  none: 'لم تطلب أي أداة رمزًا بعد. سترى هنا أي أداة طلبت، ومتى، ولأي حساب.',
  noneOfThese: 'لا شيء في السجل يطابق هذه التصفية.',
  answers: 'الإجابات المحفوظة',
  noAnswers: 'لم تُجب أي أداة بعد بـ«دائمًا».',
  allowed: 'مسموح',
  denied: 'مرفوض',
  everyAccount: 'كل الحسابات',
  goneAccounts: (count) =>
    plural(count, {
      one: 'حساب لم يعد موجودًا',
      two: 'حسابان لم يعودا موجودين',
      few: '# حسابات لم تعد موجودة',
      many: '# حسابًا لم يعد موجودًا',
      other: '# حساب لم يعد موجودًا',
    }),
  until: (moment) => `حتى ${moment}`,
  forget: 'نسيان',
  forgetLabel: (client) => `نسيان الإجابة عن ${isolated(client)}`,
  forgottenAsks: (client) => `نُسيت الإجابة. سيُطلب إذنك حين تريد ${isolated(client)} رمزًا، ويمكنك أن تجيب بـ«دائمًا» من جديد.`,
  forgottenGives: (client) =>
    `نُسيت الإجابة. تحصل ${isolated(client)} الآن على الرموز دون سؤال كأي أداة جديدة. فعّل السؤال عن الأدوات الجديدة لتقرر بنفسك.`,
  asksFirst: 'يُطلب إذنك أولًا للأدوات الجديدة.',
  asksNot: 'تحصل الأدوات الجديدة على الرموز دون سؤال.',
  change: 'تغيير',
}
