import type { welcome as pattern } from '../en/welcome.ts'

const digits = new Intl.NumberFormat('ar')

export const welcome: typeof pattern = {
  title: 'أهلًا بك',
  step: (number, of) => `الخطوة ${digits.format(number)} من ${digits.format(of)}`,
  steps: { provider: 'المزوّد', place: 'المكان', tools: 'الأدوات' },
  providerHead: 'اختر أين تسجّل الدخول',
  providerWords: 'تسجّل الدخول هنا مرة واحدة، ثم تحصل كل أداة على هذا الحاسوب على رمز جديد من TokenTray.',
  kinds: {
    practice: 'جرّب كل شيء دون حساب',
    chatgpt: 'اشتراك ChatGPT للتطبيقات',
    'openai-codex': 'اشتراك ChatGPT في Codex، أو مفتاح API',
    anthropic: 'اشتراك Claude، أو مفتاح API',
    'github-copilot': 'اشتراك Copilot، أو رمز GitHub',
    kimi: 'اشتراك Kimi Code',
    xai: 'اشتراك Grok، أو مفتاح API',
    openrouter: 'حساب واحد لنماذج كثيرة',
  },
  rulesHint: 'لبعض المزوّدين قواعد بشأن من يحق له حفظ تسجيل دخول. تُعرض عليك قبل التسجيل.',
  nothingToPick: 'لا يوجد مزوّد بعد. يمكنك المتابعة وتسجيل الدخول لاحقًا.',
  signingIn: 'سجّل الدخول، وستستمر الخطوات الأولى من تلقاء نفسها.',
  placeHead: 'أين تُحفظ تسجيلات دخولك',
  placeWords: 'لا تغادر رموز التجديد TokenTray أبدًا، ولا تحصل الأدوات إلا على رموز وصول قصيرة الأجل.',
  placeChange: 'يمكنك نقلها لاحقًا من الإعدادات.',
  toolsHead: 'أدوات للتوصيل',
  toolsWords: 'عُثر على هذه الأدوات على الحاسوب. وصّلها الآن، أو لاحقًا من صفحة «الأدوات».',
  back: 'رجوع',
  next: 'التالي',
  skip: 'تخطٍّ',
  skipLabel: 'تخطّي الخطوات الأولى',
  done: 'تم',
}
