/* Words that all of the phone page shares. Chinese first. */
import { translator } from "../shared/i18n.ts";

export const phoneWords = {
  "lang.other": { zh: "English", en: "中文" },
  "line.lost": { zh: "网络中断，正在重连", en: "Line lost, reconnecting" },
  "menu.open": { zh: "菜单", en: "Menu" },
  "menu.close": { zh: "关闭", en: "Close" },
  "menu.back": { zh: "返回", en: "Back" },
  "q.number": { zh: "第 {n} 题", en: "Question {n}" },
  "q.of": { zh: "共 {n} 题", en: "of {n}" },
  "q.points": { zh: "{n} 分", en: "{n} points" },
  "q.seconds": { zh: "秒", en: "seconds" },
  "q.type.single": { zh: "单选题", en: "Choose one" },
  "q.type.multiple": { zh: "多选题", en: "Choose all that apply" },
  "q.type.truefalse": { zh: "判断题", en: "True or false" },
  "q.type.fill": { zh: "填空题", en: "Fill in" },
  "q.type.order": { zh: "排序题", en: "Put in order" },
  "q.type.task": { zh: "展示", en: "On stage" },
  "q.chosen": { zh: "已选", en: "chosen" },
  "q.fill": { zh: "填写答案", en: "Your answer" },
  "q.orderHint": { zh: "按顺序逐个点选，再点一次取消", en: "Tap in order; tap again to undo" },
  "q.place": { zh: "第 {n}", en: "No. {n}" },
  "q.pick": { zh: "请选择", en: "Choose" },
  "tally.n": { zh: "本队 {n} 人", en: "{n} of the team" },
  "dropped": { zh: "已排除", en: "dropped" },
  "r.right": { zh: "答对了", en: "Right" },
  "r.wrong": { zh: "答错了", en: "Wrong" },
  "r.missed": { zh: "未作答", en: "No answer" },
  "r.mine": { zh: "您的选择", en: "your choice" },
  "r.answer": { zh: "正确答案", en: "Right answer" },
  "r.why": { zh: "为什么", en: "Why" },
  "board.title": { zh: "排行榜", en: "Leaderboard" },
  "board.stale": { zh: "更新中", en: "updating" },
  "board.you": { zh: "您", en: "you" },
} as const;

export const t = translator(phoneWords);
