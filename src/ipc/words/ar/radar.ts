import type { radar as pattern } from '../en/radar.ts'
import { pluralOf } from '../plural.ts'
import { isolated } from './isolated.ts'

const plural = pluralOf('ar')

export const radar: typeof pattern = {
  shared: (names) => `تتشارك ${names} تسجيل دخول واحدًا. كلما جدّده أحدها سُجّل خروج البقية.`,
  own: 'لكلٍّ تسجيل دخول خاص',
  ignore: 'تجاهل',
  owner: 'جعل TokenTray المالك',
  ownerTitle: 'ما الذي يتغير',
  loses: (program) => `يفقد ${isolated(program)} رمز التجديد في {file}، ويواصل العمل برمز الوصول حتى ينتهي.`,
  afterwards: 'بعد ذلك يحصل على رموزه من هنا بعد توصيله في صفحة الأدوات. يعيد `tokentray import --undo` تسجيل الدخول إليه.',
  stays: (program) => `لا يمكن تغيير {file} الخاص بـ${isolated(program)}: سجّل الدخول هناك مجددًا.`,
  confirm: 'متابعة',
  cancel: 'إلغاء',
  moved: 'من الآن فصاعدًا يجدّد TokenTray وحده تسجيل الدخول هذا.',
  stillRuns: (program) => `إن كان ${isolated(program)} يعمل فأنهه، لأنه يواصل العمل بتسجيل الدخول الذي قرأه.`,
  ownTitle: 'تسجيل دخول لكلٍّ منها',
  ownWords: 'سجّل الدخول مجددًا في كل هذه البرامج إلا واحدًا. عندئذ يكون لكلٍّ منها تسجيل دخول خاص ولا يعطل بعضها بعضًا.',
  ownBeside: 'سجّل الدخول مجددًا في هذه البرامج. عندئذ يكون لكلٍّ منها تسجيل دخول خاص ويحتفظ TokenTray بهذا.',
  signInWith: (program, command) => `في ${isolated(program)}: \`${command}\``,
  ignored: 'جرى التجاهل إلى أن يتعلق الأمر بتسجيل دخول آخر أو برنامج آخر.',
  unread: (count) =>
    plural(count, {
      one: 'يحتفظ برنامج آخر هنا بتسجيل دخول لم يُنظر فيه.',
      two: 'يحتفظ برنامجان آخران هنا بتسجيلات دخول لم يُنظر فيها.',
      few: 'تحتفظ # برامج أخرى هنا بتسجيلات دخول لم يُنظر فيها.',
      many: 'يحتفظ # برنامجًا آخر هنا بتسجيلات دخول لم يُنظر فيها.',
      other: 'يحتفظ # برنامج آخر هنا بتسجيلات دخول لم يُنظر فيها.',
    }),
  look: 'نظرة…',
  lookTitle: 'النظر في تسجيلات دخول البرامج الأخرى',
  lookWords: 'عندئذ يرى TokenTray إن كانت عدة برامج تتشارك تسجيل دخول واحدًا. ما يقرؤه يبقى على هذا الحاسوب ولا يتغير شيء.',
  mayRead: (program) => `هل يجوز قراءة تسجيلات دخول ${isolated(program)}؟`,
  read: 'قراءة',
  readLabel: (program) => `قراءة تسجيلات دخول ${isolated(program)}`,
  doNotRead: 'عدم قراءة',
  doNotReadLabel: (program) => `عدم قراءة تسجيلات دخول ${isolated(program)}`,
}
