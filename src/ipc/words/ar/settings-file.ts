import type { settingsFile as pattern } from '../en/settings-file.ts'

export const settingsFile: typeof pattern = {
  setAside: (file) => `تعذّرت قراءة إعداداتك. تُستخدم الإعدادات المعتادة، وقد حُفظ الملف باسم ${file}.`,
  setAsideFix: 'اختر إعداداتك من جديد. إن كنت قد عدّلت الملف فابحث عن الخطأ فيه.',
  notSetAside: (file) => `تعذّرت قراءة إعداداتك، وتعذّر نقل ${file} جانبًا. تُستخدم الإعدادات المعتادة.`,
  notSetAsideFix: 'تحقق من الملف ومن مجلده: يجب أن يكونا ملكًا لك.',
  notSaved: (file) => `يسري هذا حتى ينتهي TokenTray، لكن تعذّرت كتابة ${file}.`,
  notSavedFix: (folder) => `وفّر مساحة على القرص واجعل الكتابة في ${folder} متاحة لك، ثم غيّر الإعداد من جديد.`,
  loginEntryForeign: (file) => `الملف ${file} ليس من TokenTray، ولذلك يبقى كما هو.`,
  loginEntryForeignFix: 'تحقق من هذا الملف، وانقله إلى مكان آخر إن لم تكن تحتاج إليه.',
  loginEntryFailed: (file) => `تعذّر تغيير ${file}، ولذلك يبقى ما يبدأ مع تسجيل دخولك كما كان.`,
  loginEntryFailedFix: (folder) => `وفّر مساحة على القرص واجعل الكتابة في ${folder} متاحة لك، ثم حاول مجددًا.`,
  noStartAtLogin: 'لا يمكن بدء TokenTray مع تسجيل دخولك هنا.',
  noStartAtLoginFix: 'استخدم إعدادات نظامك لذلك.',
}
