/* Words of the phone page. Chinese first. */
import { translator } from "../shared/i18n.ts";

const messages = {
  "lang.other": { zh: "English", en: "中文" },
  "line.lost": { zh: "网络中断，正在重连", en: "Line lost, reconnecting" },
  "line.opening": { zh: "正在接通赛场", en: "Connecting" },

  "join.title": { zh: "入场", en: "Join" },
  "join.code": { zh: "参赛码", en: "Code" },
  "join.codeHint": { zh: "大屏上的 6 位数字", en: "six digits on the stage" },
  "join.name": { zh: "姓名", en: "Name" },
  "join.nameHint": { zh: "显示在排行榜上", en: "shown on the board" },
  "join.go": { zh: "入场", en: "Enter" },
  "join.platform": {
    zh: "从学习平台进入的学员无需填写，比赛积分会记入学习档案。",
    en: "Coming from the study platform you need none of this, and credits go to your study record.",
  },

  "lobby.in": { zh: "已入场", en: "You are in" },
  "lobby.wait": { zh: "等主持人宣布开始", en: "Waiting for the host to begin" },
  "lobby.here": { zh: "{n} 人已在场", en: "{n} people are here" },
  "lobby.guest": { zh: "访客身份，本场不计积分", en: "As a guest you earn no credits" },
  "lobby.rules": { zh: "共 {n} 题", en: "{n} questions" },
  "lobby.round": { zh: "{n} 题 · 每题 {s} 秒", en: "{n} questions · {s} s each" },
  "ready.title": { zh: "比赛开始", en: "Here we go" },
  "ready.hint": { zh: "看大屏，准备第一题", en: "Look at the stage for the first question" },

  "q.number": { zh: "第 {n} 题", en: "Question {n}" },
  "q.of": { zh: "共 {n} 题", en: "of {n}" },
  "q.points": { zh: "{n} 分", en: "{n} points" },
  "q.speed": { zh: "越快分越高", en: "faster is more" },
  "q.prepare": { zh: "准备", en: "Get ready" },
  "q.seconds": { zh: "秒", en: "seconds" },
  "q.type.single": { zh: "单选题", en: "Choose one" },
  "q.type.multiple": { zh: "多选题", en: "Choose all that apply" },
  "q.type.truefalse": { zh: "判断题", en: "True or false" },
  "q.type.fill": { zh: "填空题", en: "Fill in" },
  "q.type.order": { zh: "排序题", en: "Put in order" },
  "q.chosen": { zh: "已选", en: "chosen" },
  "q.fill": { zh: "填写答案", en: "Your answer" },
  "q.orderHint": { zh: "按顺序逐个点选，再点一次取消", en: "Tap in order; tap again to undo" },
  "q.place": { zh: "第 {n}", en: "No. {n}" },
  "q.submit": { zh: "提交答案", en: "Submit" },
  "q.pick": { zh: "请选择", en: "Choose" },
  "q.first": { zh: "提交后不能更改", en: "You cannot change it afterwards" },
  "q.saving": { zh: "正在保存，请勿离开", en: "Not saved yet, please stay" },
  "q.saved": { zh: "已保存", en: "Saved" },
  "q.late": { zh: "没有计入：时间已到", en: "Not counted: time was up" },
  "q.timeUp": { zh: "时间到", en: "Time is up" },
  "q.soon": { zh: "看大屏，答案即将揭晓", en: "The answer is coming, look at the stage" },
  "q.none": { zh: "本题没有作答", en: "You did not answer" },
  "q.again": { zh: "请重新作答", en: "Please answer again" },

  "r.right": { zh: "答对了", en: "Right" },
  "r.wrong": { zh: "答错了", en: "Wrong" },
  "r.missed": { zh: "未作答", en: "No answer" },
  "r.gained": { zh: "本题 {n} 分", en: "{n} points" },
  "r.answer": { zh: "正确答案", en: "Right answer" },
  "r.mine": { zh: "您的选择", en: "your choice" },
  "r.why": { zh: "为什么", en: "Why" },
  "r.settling": { zh: "正在计分", en: "Counting" },

  "own.points": { zh: "总分", en: "points" },
  "own.rank": { zh: "名次", en: "rank" },
  "own.of": { zh: "共 {n} 人", en: "of {n}" },
  "own.correct": { zh: "答对", en: "right" },
  "own.questions": { zh: "{n} 题", en: "{n}" },
  "board.title": { zh: "排行榜", en: "Leaderboard" },
  "board.you": { zh: "您", en: "you" },

  "pause.title": { zh: "比赛暂停", en: "Paused" },
  "pause.hint": { zh: "暂停不计时，请稍候", en: "The clock stands still" },

  "end.finished": { zh: "比赛结束", en: "The contest is over" },
  "end.place": { zh: "第 {n} 名", en: "No. {n}" },
  "end.provisional": { zh: "结果待主持人确认", en: "The host has yet to confirm the results" },
  "end.writing": { zh: "正在写入结果和积分", en: "Writing results and credits" },
  "end.final": { zh: "正式结果", en: "Final results" },
  "end.credits": { zh: "所得积分记入您的学习档案", en: "Credits earned go to your study record" },
  "end.guest": { zh: "访客不计积分", en: "Guests earn no credits" },

  "ended.title": { zh: "已离开赛场", en: "You have left the hall" },
  "ended.back": { zh: "重新入场", en: "Join again" },
} as const;

export type Key = keyof typeof messages;
export const t = translator(messages);
