/* Words of the public board. Chinese first. */
import { translator } from "../shared/i18n.ts";

const messages = {
  "of.entry": { zh: "排行榜", en: "Leaderboard" },
  "of.unit": { zh: "单位榜", en: "Units" },
  "of.county": { zh: "县区榜", en: "Counties" },
  "of.city": { zh: "市州榜", en: "Cities" },
  "of.province": { zh: "全省榜", en: "Province" },
  "of.kind": { zh: "单位类别榜", en: "Kinds of units" },
  "of.audience": { zh: "人员类别榜", en: "Audiences" },
  "round.all": { zh: "全场", en: "Whole event" },
  "round.n": { zh: "第 {n} 轮", en: "Round {n}" },
  "round.pick": { zh: "轮次", en: "Round" },
  "boards": { zh: "榜单", en: "Boards" },

  "by.sum": { zh: "按总分排名", en: "by total points" },
  "by.mean": { zh: "按人均得分排名", en: "by points per participant" },
  "by.best": { zh: "按前 {n} 名的得分之和排名", en: "by the sum of the best {n}" },
  "by.weighted": { zh: "按登记人数加权：总分除以参与人数，参与不足登记人数 {n}% 的按 {n}% 计", en: "weighted by head count: total over participants, at least {n}% of those registered" },
  "by.least": { zh: "参与不足 {n} 人的不排名", en: "fewer than {n} participants: no rank" },

  "col.rank": { zh: "名次", en: "Rank" },
  "col.name": { zh: "名称", en: "Name" },
  "col.took": { zh: "参与", en: "Took part" },
  "col.correct": { zh: "答对", en: "Right" },
  "col.points": { zh: "得分", en: "Points" },
  "row.correct": { zh: "对 {n} 题", en: "{n} right" },
  "row.took": { zh: "{n} 人参与", en: "{n} took part" },
  "row.tookOf": { zh: "{n} / {of} 人参与", en: "{n} of {of} took part" },

  "state.waiting": { zh: "尚无成绩", en: "Nothing yet" },
  "state.frozen": { zh: "封榜中：名次停在封榜时", en: "Frozen: as it stood when the board was frozen" },
  "state.revealing": { zh: "正在揭榜", en: "Being revealed" },
  "state.provisional": { zh: "非最终结果", en: "Not final" },
  "state.final": { zh: "最终结果", en: "Final" },
  "state.moving": { zh: "比赛进行中", en: "Under way" },
  "state.stale": { zh: "更新中", en: "updating" },
  "state.away": { zh: "连不上服务器，显示的是之前的榜单", en: "No connection: this is the board from before" },

  "find": { zh: "在本页中查找", en: "Find on this page" },
  "find.none": { zh: "本页没有“{word}”。", en: "Nothing on this page for “{word}”." },
  "find.hint": { zh: "可以翻页再找。", en: "Try another page." },
  "page.where": { zh: "第 {a}–{b} 名，共 {n}", en: "{a}–{b} of {n}" },
  "page.before": { zh: "上一页", en: "Previous" },
  "page.after": { zh: "下一页", en: "Next" },
  "page.csv": { zh: "下载表格", en: "Download CSV" },
  "empty": { zh: "还没有名次", en: "No ranks yet" },
  "empty.hint": { zh: "有了成绩，这里会自动更新。", en: "This page updates by itself." },

  "none": { zh: "没有这个榜单", en: "No such board" },
  "none.hint": { zh: "链接不对，或榜单尚未公布。请核对链接后再试。", en: "The link is wrong, or the board is not public. Please check the link." },
  "none.code": { zh: "链接里没有榜单编号", en: "This link names no board" },
  "many": { zh: "看榜的人太多", en: "Very many people are looking" },
  "away": { zh: "暂时取不到榜单", en: "The board cannot be reached" },
  "away.hint": { zh: "正在重试，请稍候。", en: "Trying again, one moment." },
  "asking": { zh: "正在取榜单…", en: "Getting the board…" },
  "language": { zh: "English", en: "中文" },
} as const;

export const t = translator(messages);
