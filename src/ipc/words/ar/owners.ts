import type { owners as pattern } from '../en/owners.ts'
import { isolated } from './isolated.ts'

export const owners: typeof pattern = {
  asked: (program) => `يملك ${isolated(program)} تسجيل الدخول هذا، ويطلب TokenTray الرموز منه.`,
  watched: (program) => `للمشاهدة فقط: يملك ${isolated(program)} تسجيل الدخول هذا، ولا تحصل أي أداة على رمز منه من هنا.`,
  signedInThere: 'مسجّل الدخول هناك',
  signedOutThere: 'مسجّل الخروج هناك',
  itsToken: (span) => `رمزه صالح لمدة ${span}`,
  itsTokenOver: 'انتهى رمزه',
  forget: 'نسيان',
  forgetLabel: (name) => `نسيان ${isolated(name)}`,
  forgetQuestion: (name) => `هل تريد نسيان ${isolated(name)}؟`,
  forgetAsked: (program) =>
    `هل تريد نسيانه؟ ستفقد الأدوات على هذا الحاسوب الوصول إلى هذا الحساب فورًا. يبقى ${isolated(program)} مسجّل الدخول ولا يتغير شيء هناك.`,
  forgetWatched: (program) => `هل تريد نسيانه؟ لن يظهر هنا بعد الآن. يبقى ${isolated(program)} مسجّل الدخول ولا يتغير شيء هناك.`,
  forgotten: (program) => `نُسي هنا. لم يتغير شيء في ${isolated(program)}.`,
  giveBack: (program) => `إعادته إلى ${isolated(program)}…`,
  giveBackTitle: (program) => `إعادة تسجيل الدخول إلى ${isolated(program)}`,
  giveBackWords: (program) =>
    `يحصل ${isolated(program)} على أحدث الرموز في {file}، ويجدّد وحده تسجيل الدخول هذا من ذلك الحين. ينساه TokenTray وتفقد الأدوات الوصول إلى هذا الحساب فورًا.`,
  giveBackConfirm: 'إعادة',
  givenBack: (program) => `استعاد ${isolated(program)} تسجيل دخوله.`,
  givenBackAsBefore: (program) => `استعاد ${isolated(program)} تسجيل دخوله، وملفه كما كان من قبل.`,
  stillWithout: (file) => `لا يزال ينقص ${isolated(file)}.`,
}
