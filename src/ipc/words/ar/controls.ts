import type { controls as pattern } from '../en/controls.ts'
import { isolated } from './isolated.ts'

export const controls: typeof pattern = {
  dismiss: 'إخفاء',
  notice: 'ملاحظة',
  version: (version) => `الإصدار ${isolated(version)}`,
  noAnswer: 'لم يستجب التطبيق.',
  startAgain: 'أعد تشغيل TokenTray.',
  alreadyRunning: 'TokenTray يعمل بالفعل على هذا الحاسوب.',
  cannotStart: 'يتعذر تشغيل TokenTray.',
}
