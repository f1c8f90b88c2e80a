/* The rule sheet in plain words, as phone, desk and stage show it. Pure.
 *
 * Everything said here comes from the sheet, and what is left out of a sheet has its default of docs/rules.md: so the words cannot
 * say anything else than what the server does. Sentences are short, one rule each; options that change nothing for those who play
 * (rows of the board, the format's version) are not said. Which questions were fixed is never said.
 */
import { points } from "./format.ts";
import { fill, type Messages, type Words } from "./i18n.ts";
import type { Lang } from "./protocol.gen.ts";

export interface Draw {
  topics?: string[];
  types?: string[];
  difficulty?: number[];
  audience?: string[];
}
export interface RoundSheet {
  title: string;
  mode: "live" | "required" | "buzzer" | "wager" | "speed" | "jury" | "tiebreak" | "timed" | "survival" | "duel";
  turns?: "all" | "lot" | "reverse";
  questions: number;
  burst?: number;
  seconds?: number;
  policy?: Policy;
  best?: number;
  judging?: "key" | "judge";
  points?: Points;
  stakes?: number[];
  foul?: { points?: number; lock_seconds?: number };
  answer_seconds?: number;
  rebounds?: number;
  jury?: { max: number; drop?: boolean; judges?: number };
  places?: number | number[];
  group?: number;
  advance?: number;
  reset?: boolean;
  codes?: string[];
  draw?: Draw;
  minutes?: number;
  blueprint?: { questions: number; points: Points; draw?: Draw }[];
  movement?: "free" | "forward";
  one_by_one?: boolean;
  practice?: boolean;
  disjoint?: boolean;
  attempts?: number;
  per_day?: number;
  counted_per_day?: number;
  counts?: "best" | "last" | "mean" | "sum";
  revivals?: number;
  players?: number;
  target?: number;
  robot_after?: number;
  match?: "any" | "region" | "rating";
}
interface Points {
  right: number;
  wrong?: number;
  speed?: boolean;
  partial?: boolean;
  streak?: { bonus: number; max: number };
}
type Policy = "captain" | "first" | "majority" | "mean" | "best" | "sum";
type Help = "hall" | "colleague" | "two";
export interface BoardSheet {
  of: "unit" | "county" | "city" | "province" | "kind" | "audience";
  by?: "sum" | "mean" | "best" | "weighted";
  best?: number;
  floor?: number;
  least?: number;
}
type RankKey = "points" | "tiebreak" | "correct" | "time";
export interface Sheet {
  version: number;
  entries?: "person" | "team";
  start_points?: number;
  guests?: boolean;
  late_join?: boolean;
  grace_ms?: number;
  rtt_cap_ms?: number;
  board_rows?: number;
  groups?: number;
  team?: { policy?: Policy; best?: number; help?: Help[] };
  appeals?: boolean;
  approval?: boolean;
  ranking?: RankKey[];
  buzzer?: {
    timing?: "arrival" | "compensated";
    window_ms?: number;
    slack_ms?: number;
    cap_ms?: number;
    doubt?: "draw" | "rearm";
    doubt_ms?: number;
  };
  results?: "window" | "at_once";
  day_offset_minutes?: number;
  per_day?: number;
  hours?: { from: string; to: string }[];
  audience?: { kinds?: string[]; regions?: string[]; leaders?: boolean };
  pass?: number;
  rounds: RoundSheet[];
  freeze?: { round?: number; after_minutes?: number; last_minutes?: number };
  awards?: { title: string; places: number }[];
  boards?: BoardSheet[];
  round_boards?: boolean;
  credits?: {
    participation?: { amount: number; min_answers: number };
    placement?: { ranks: [number, number]; amount: number }[];
  };
}

/** Sentences that belong together: of the whole event (round 0, no title), or of one round (from 1). */
export interface RuleGroup {
  round: number;
  title: string;
  lines: string[];
}

const messages = {
  "list.comma": { zh: "、", en: ", " },
  "list.or": { zh: "或", en: " or " },

  "event.teams": { zh: "代表队参赛。", en: "Teams compete." },
  "event.persons": { zh: "个人参赛。", en: "Everybody competes for themselves." },
  "event.start": { zh: "起始分为 {n} 分。", en: "Everybody starts with {n} points." },
  "event.guests": { zh: "凭参赛码即可参加；游客不计积分。", en: "The join code is enough to play; guests earn no credits." },
  "event.noGuests": { zh: "须从学习平台进入。", en: "Entry is from the study platform only." },
  "event.late": { zh: "比赛开始后仍可加入。", en: "One may join after the start." },
  "event.noLate": { zh: "比赛开始后不能再加入；已入场的随时可以回来。", en: "Nobody may join after the start; those who are in may always come back." },
  "event.grace": { zh: "网络延迟：截止后 {s} 秒内到达的答案仍然有效。", en: "Network delay: an answer that arrives up to {s} s after the deadline still counts." },
  "event.rtt": { zh: "作答用时会减去网络往返时间，最多减 {s} 秒。", en: "The network's round trip is taken off answer times, {s} s at most." },
  "event.groups": { zh: "抽签分为 {n} 组。", en: "Teams are drawn by lot into {n} groups." },
  "event.lot": { zh: "出场顺序由抽签决定。", en: "The order of teams is drawn by lot." },
  "event.help": { zh: "每队全场可以求助一次：{list}。", en: "Each team may ask for help once in the event: {list}." },
  "help.hall": { zh: "求助现场观众", en: "ask the hall" },
  "help.colleague": { zh: "求助同事", en: "ask a colleague" },
  "help.two": { zh: "去掉两个错误选项", en: "drop two wrong options" },
  "event.appeals": { zh: "比赛结束前，队长可以对题目提出申诉。", en: "Captains may appeal against a question until the event is finished." },
  "event.approval": { zh: "裁定经第二人复核后生效。", en: "A ruling takes effect when a second person has approved it." },
  "event.ranking": { zh: "名次依次比较：{list}；都相同则名次并列。", en: "Ranks compare, in this order: {list}; if all are equal the rank is shared." },
  "rank.points": { zh: "总分", en: "points" },
  "rank.tiebreak": { zh: "加赛", en: "the tie-break" },
  "rank.correct": { zh: "答对题数", en: "right answers" },
  "rank.time": { zh: "得分题的用时（少者在前）", en: "time of answers that scored (less is better)" },

  "paced.event": { zh: "赛事开放期间，随时可以参加，各人题目不同。", en: "Play whenever you like while the event is open; everybody has questions of their own." },
  "paced.window": { zh: "结果和答案在赛事结束后公布。", en: "Results and keys are shown after the event has closed." },
  "paced.atOnce": { zh: "交卷后立即公布结果和答案。", en: "Results and keys are shown as soon as a paper is handed in." },
  "paced.perDay": { zh: "每天一共可以参加 {n} 次。", en: "One may start {n} times a day in all." },
  "paced.hours": { zh: "每天 {list} 可以开始。", en: "One may start at {list} each day." },
  "paced.day": { zh: "一天按 UTC{sign}{h} 计算。", en: "A day is that of UTC{sign}{h}." },
  "paced.kinds": { zh: "面向单位类别：{list}。", en: "For units of these kinds: {list}." },
  "paced.regions": { zh: "面向地区及其下级：{list}。", en: "For these regions and those below them: {list}." },
  "paced.leaders": { zh: "只面向领导干部。", en: "For leading officials only." },
  "paced.pass": { zh: "达到 {n} 分，可得证书。", en: "From {n} points on there is a certificate." },

  "press.arrival": { zh: "抢答以先到达服务器为准。", en: "The press that reaches the server first wins." },
  "press.compensated": {
    zh: "抢答以反应时间最短为准：按测得的网络往返时间补偿，最多 {cap} 秒，容差 {slack} 秒。",
    en: "The shortest reaction wins: the measured round trip is made up for, {cap} s at most, with a tolerance of {slack} s.",
  },
  "press.window": { zh: "第一次按下后，收集 {s} 秒内的抢答再判定。", en: "Presses are collected for {s} s after the first one, then judged." },
  "press.draw": { zh: "相差不超过 {s} 秒分不出先后，由系统抽签并记录。", en: "Presses within {s} s of each other cannot be told apart: the system draws among them, on record." },
  "press.rearm": { zh: "相差不超过 {s} 秒分不出先后，重新抢答。", en: "Presses within {s} s of each other cannot be told apart: the question is armed again." },

  "credits.participation": { zh: "答满 {n} 题，得参与积分 {c} 分。", en: "Answering {n} questions earns {c} credits." },
  "credits.place": { zh: "第 {a} 名得积分 {c} 分。", en: "Rank {a} earns {c} credits." },
  "credits.places": { zh: "第 {a} 至 {b} 名各得积分 {c} 分。", en: "Ranks {a} to {b} earn {c} credits each." },

  "freeze.round": { zh: "从第 {n} 环节起封榜，直到揭榜。", en: "From round {n} on the board stands still until it is revealed." },
  "freeze.after": { zh: "开赛 {n} 分钟后封榜，直到揭榜。", en: "{n} minutes after the start the board stands still until it is revealed." },
  "freeze.last": { zh: "最后 {n} 分钟封榜，直到结果确定。", en: "In the last {n} minutes the board stands still until the results are final." },
  awards: { zh: "设奖：{list}；名次并列，奖项相同。", en: "Awards: {list}; who shares a rank shares the award." },
  award: { zh: "{title} {n} 名", en: "{title} ({n})" },
  "boards.rounds": { zh: "每个环节另有排行榜。", en: "Each round has a board of its own." },
  "boards.noRounds": { zh: "环节不单独排名。", en: "Rounds have no boards of their own." },
  board: { zh: "另有{of}榜：{by}。", en: "There is a board of {of}: {by}." },
  "board.least": { zh: "另有{of}榜：{by}；不足 {n} 个成绩的不排名。", en: "There is a board of {of}: {by}; with fewer than {n} results there is no rank." },
  "of.unit": { zh: "单位", en: "units" },
  "of.county": { zh: "区县", en: "counties" },
  "of.city": { zh: "市州", en: "cities" },
  "of.province": { zh: "全省", en: "the province" },
  "of.kind": { zh: "单位类别", en: "kinds of units" },
  "of.audience": { zh: "领导干部与其他人员", en: "leading officials and all others" },
  "by.sum": { zh: "总分", en: "the sum of points" },
  "by.mean": { zh: "平均分", en: "the mean of points" },
  "by.best": { zh: "前 {n} 个成绩之和", en: "the sum of the best {n}" },
  "by.weighted": { zh: "按参赛率折算的平均分，至少按在册人数的 {p}% 计", en: "the sum of points over those who took part, {p} % of the registered at least" },

  "mode.live": { zh: "现场答题：每人用自己的设备作答。", en: "Live quiz: everybody answers on their own device." },
  "mode.required": { zh: "必答：各队同时作答。", en: "Required: all teams answer at once." },
  "mode.required.turn": { zh: "必答：各队轮流作答。", en: "Required: teams answer in turn." },
  "mode.buzzer": { zh: "抢答：主持人宣布“开始”后，先按下者作答；无人抢答，本题作废。", en: "Buzzer: after the host's “start”, who presses first answers; if nobody does, the question is void." },
  "mode.wager": { zh: "风险：先秘密选择分值或放弃，再看题作答。", en: "Wager: choose a stake or decline, in secret, then see the question." },
  "mode.speed": { zh: "限时速答：一个倒计时内尽量多答。", en: "Speed: answer as many as possible against one clock." },
  "mode.jury": { zh: "展示：各队依次上场，评委打分。", en: "Performance: teams take the stage one by one, judges mark them." },
  "mode.tiebreak": { zh: "加赛：前 {n} 名仍有并列时，由并列者作答，答对者胜出；不加分，只定名次。", en: "Tie-break: while the first {n} places are tied, the tied answer, and right answers decide; no points, only ranks." },

  "mode.timed": { zh: "限时个人赛：在规定时间内完成一份试卷。", en: "Timed paper: answer a paper against the clock." },
  "mode.survival": { zh: "挑战答题：一题接一题，由易到难，答错即止。", en: "Survival: one question after the other, growing harder, until a wrong answer." },
  "mode.duel": { zh: "对战：{n} 人答同样的题，先答对 {t} 题者胜。", en: "Duel: {n} people answer the same questions; who first has {t} right wins." },

  "paper.size": { zh: "一份试卷 {n} 题。", en: "A paper has {n} questions." },
  "paper.most": { zh: "最多 {n} 题，每题 {s} 秒，超时视为答错。", en: "{n} questions at most, {s} s each; time that runs out is a wrong answer." },
  "paper.minutes": { zh: "全卷 {n} 分钟。", en: "{n} minutes for all of it." },
  "paper.seconds": { zh: "每题 {n} 秒，时间到自动进入下一题。", en: "{n} s for each question; then the next one comes by itself." },
  "paper.expires": { zh: "开始后计时不停；到时自动交卷。", en: "The clock runs on once started; when it ends, the paper is handed in by itself." },
  "paper.free": { zh: "交卷前可以任意跳题、改答案。", en: "Until it is handed in, answers may be changed in any order." },
  "paper.forward": { zh: "按顺序作答，每题只答一次，不能返回。", en: "Questions come in order; each is answered once, without going back." },
  "paper.oneByOne": { zh: "答完一题才显示下一题。", en: "A question is shown when the one before is done." },
  "paper.practice": { zh: "这是练习：不计分，交卷后立即看答案。", en: "This is practice: it does not count, and the key is shown at once." },
  "paper.disjoint": { zh: "每份试卷的题目互不相同；题目用完后不能再开始。", en: "No two papers share a question; when all are used, nobody else can start." },
  "paper.part": { zh: "第 {i} 部分：{n} 题。", en: "Part {i}: {n} questions." },
  "paper.attempts": { zh: "每人可以参加 {n} 次。", en: "Everybody may start {n} times." },
  "paper.anyAttempts": { zh: "参加次数不限。", en: "One may start as often as one likes." },
  "paper.perDay": { zh: "每天最多 {n} 次。", en: "At most {n} times a day." },
  "paper.countedPerDay": { zh: "每天只有前 {n} 次计分。", en: "Only the first {n} of a day count." },
  "counts.best": { zh: "取最好的一次。", en: "The best one counts." },
  "counts.last": { zh: "取最后一次。", en: "The last one counts." },
  "counts.mean": { zh: "取平均分。", en: "The mean of them counts." },
  "counts.sum": { zh: "各次得分累计。", en: "All of them add up." },
  "survival.revivals": { zh: "可以复活 {n} 次：答错后继续。", en: "{n} revival: a wrong answer does not end the run." },
  "survival.none": { zh: "没有复活。", en: "There are no revivals." },
  "duel.size": { zh: "最多 {n} 题，每题 {s} 秒，各按自己的速度作答。", en: "{n} questions at most, {s} s each, everybody at their own pace." },
  "duel.places": { zh: "名次得分依次为 {list} 分；名次并列则得分相同。", en: "Places earn {list} points, in order; who shares a place gets the same." },
  "duel.forfeit": { zh: "中途离开算弃权，不得分。", en: "Who leaves forfeits and gets nothing." },
  "duel.robot": { zh: "等待 {n} 秒没有对手时，由机器人出战（会标明）。", en: "When nobody comes within {n} s, a robot plays, marked as one." },
  "duel.noRobot": { zh: "没有对手时继续等待。", en: "When nobody comes, one goes on waiting." },
  "match.any": { zh: "随机匹配对手。", en: "Opponents are whoever is waiting." },
  "match.region": { zh: "优先匹配本地区的对手。", en: "Opponents from the own region come first." },
  "match.rating": { zh: "优先匹配实力相近的对手。", en: "Opponents of a near rating come first." },

  "round.group": { zh: "只有第 {n} 组参加。", en: "Only group {n} takes part." },
  "round.lot": { zh: "按抽签顺序，每次一队。", en: "One team at a time, in the order of the lot." },
  "round.reverse": { zh: "按当前名次倒序，每次一队。", en: "One team at a time, the last in the ranking first." },
  "round.size": { zh: "{n} 题，每题 {s} 秒。", en: "{n} questions, {s} s each." },
  "round.sizePress": { zh: "{n} 题，抢答时间 {s} 秒，抢到后 {a} 秒内开始作答。", en: "{n} questions, {s} s to press, then {a} s to begin the answer." },
  "round.sizeBurst": { zh: "每轮 {b} 题，共 {s} 秒；一共 {n} 题。", en: "{b} questions in {s} s; {n} questions in all." },
  "round.sizeTask": { zh: "{n} 个任务，每个 {s} 秒。", en: "{n} tasks, {s} s each." },
  "round.right": { zh: "答对得 {n} 分。", en: "A right answer earns {n} points." },
  "round.wrong": { zh: "答错扣 {n} 分。", en: "A wrong answer costs {n} points." },
  "round.noWrong": { zh: "答错不扣分。", en: "A wrong answer costs nothing." },
  "round.speed": { zh: "越快分越高：半秒内满分，到时一半，取整数分。", en: "Faster is more: full points within half a second, half of them at the end, in whole points." },
  "round.partial": { zh: "多选题选对一部分，按比例得分；选错会抵扣。", en: "Multiple choice: a part of the right options earns a part of the points; wrong ones take away from it." },
  "round.streak": { zh: "连续答对有奖励：前面每连对一题加 {n} 分，最多计 {m} 题。", en: "Right answers in a row: {n} points more for each one before, {m} at most." },
  "round.stakes": { zh: "可选 {list} 分；答对加分，答错扣同样的分，放弃不加不扣。", en: "Stakes of {list} points; right adds it, wrong takes it away, declining changes nothing." },
  "round.foul": { zh: "抢跑扣 {n} 分。", en: "A press before the start costs {n} points." },
  "round.lock": { zh: "抢跑的队，开始后 {s} 秒内不能抢答。", en: "A team that pressed before the start may not press for {s} s after it." },
  "round.lockAll": { zh: "抢跑的队本题不能再抢。", en: "A team that pressed before the start is out for that question." },
  "round.rebounds": { zh: "答错后由下一个抢到的队补答，最多 {n} 队。", en: "After a wrong answer the next press may try, {n} more teams at most." },
  "round.noRebounds": { zh: "答错后不补答。", en: "After a wrong answer nobody else may try." },
  "round.spoken": { zh: "口头作答，由主持人或评委判定对错。", en: "Answers are spoken; host or judge says right or wrong." },
  "round.marks": { zh: "{n} 位评委各打 0 到 {m} 分的整数分，取平均分。", en: "{n} judges give 0 to {m} whole points each; the mean counts." },
  "round.drop": { zh: "有三位以上评委打分时，去掉一个最高分和一个最低分。", en: "With three marks or more, the highest and the lowest are dropped." },
  "policy.captain": { zh: "由队长作答。", en: "The captain answers." },
  "policy.first": { zh: "以队内最先提交的答案为准。", en: "The first answer of a member stands." },
  "policy.majority": { zh: "以队内多数人的答案为准；票数相同时听队长的。", en: "What most members chose stands; if tied, the captain's." },
  "policy.mean": { zh: "取作答队员得分的平均值。", en: "The mean of the members who answered counts." },
  "policy.best": { zh: "取得分最高的 {n} 名队员的平均值。", en: "The mean of the best {n} members counts." },
  "policy.sum": { zh: "全队得分相加。", en: "Members' points add up." },
  "round.advance": { zh: "本环节后，前 {n} 名晋级。", en: "After this round the best {n} go on." },
  "round.reset": { zh: "晋级者从 {n} 分重新计分。", en: "Those who go on start anew from {n} points." },
  "round.fixed": { zh: "题目由组织者指定。", en: "The organiser chose the questions." },
  "round.drawn": { zh: "题目从题库随机抽取。", en: "Questions are drawn at random from the bank." },
  "draw.topics": { zh: "范围：{list}。", en: "Topics: {list}." },
  "draw.types": { zh: "题型：{list}。", en: "Types: {list}." },
  "draw.difficulty": { zh: "难度：{list}。", en: "Difficulty: {list}." },
  "draw.audience": { zh: "适用对象：{list}。", en: "For: {list}." },
  "type.single": { zh: "单选", en: "single choice" },
  "type.multiple": { zh: "多选", en: "multiple choice" },
  "type.truefalse": { zh: "判断", en: "true or false" },
  "type.fill": { zh: "填空", en: "fill in" },
  "type.order": { zh: "排序", en: "put in order" },
  "difficulty.1": { zh: "易", en: "easy" },
  "difficulty.2": { zh: "中", en: "medium" },
  "difficulty.3": { zh: "难", en: "hard" },
} satisfies Messages;
type Key = keyof typeof messages;

/* A voice says sentences in one language. */
interface Voice {
  say: (key: Key, words?: Words) => string;
  list: (items: string[], or?: boolean) => string;
}

function voiceOf(lang: Lang): Voice {
  const say = (key: Key, words?: Words): string => fill(messages[key][lang], words);
  return {
    say,
    list: (items, or = false) =>
      or && items.length > 1
        ? items.slice(0, -1).join(say("list.comma")) + say("list.or") + items[items.length - 1]
        : items.join(say("list.comma")),
  };
}

/** Decimals as the sheet has them, written as points are everywhere. */
function plain(n: number): string {
  return points(Math.round(n * 100));
}

/** Milliseconds as seconds, with no more places than needed. */
function seconds(ms: number): string {
  return String(ms / 1000);
}

function hasSpeed(sheet: Sheet): boolean {
  return sheet.rounds.some((round) => round.points?.speed === true);
}

function inTurn(round: RoundSheet): "lot" | "reverse" | null {
  const turns = round.turns ?? (round.mode === "jury" ? "lot" : "all");
  return turns === "all" ? null : turns;
}

function selfPaced(sheet: Sheet): boolean {
  return sheet.rounds.some(({ mode }) => mode === "timed" || mode === "survival" || mode === "duel");
}

/* Hours and minutes ahead of UTC: 8, 5:30. */
function offset(minutes: number): Words {
  const ahead = Math.abs(minutes);
  const rest = ahead % 60;
  return { sign: minutes < 0 ? "−" : "+", h: Math.floor(ahead / 60) + (rest ? `:${String(rest).padStart(2, "0")}` : "") };
}

function pacedLines(sheet: Sheet, { say, list }: Voice): string[] {
  const { audience = {} } = sheet;
  const daily = sheet.per_day || sheet.hours || sheet.rounds.some((round) => round.per_day || round.counted_per_day);
  const lines = [say("event.persons"), say("paced.event"), say(sheet.results === "at_once" ? "paced.atOnce" : "paced.window")];
  if (audience.kinds) lines.push(say("paced.kinds", { list: list(audience.kinds) }));
  if (audience.regions) lines.push(say("paced.regions", { list: list(audience.regions) }));
  if (audience.leaders) lines.push(say("paced.leaders"));
  if (sheet.hours) lines.push(say("paced.hours", { list: list(sheet.hours.map(({ from, to }) => `${from}–${to}`)) }));
  if (sheet.per_day) lines.push(say("paced.perDay", { n: sheet.per_day }));
  if (daily) lines.push(say("paced.day", offset(sheet.day_offset_minutes ?? 480)));
  if (sheet.pass !== undefined) lines.push(say("paced.pass", { n: plain(sheet.pass) }));
  return lines;
}

function eventLines(sheet: Sheet, { say, list }: Voice): string[] {
  if (selfPaced(sheet)) {
    return [
      ...pacedLines(sheet, { say, list }),
      ...networkLines(sheet, true, { say, list }),
      ...(sheet.approval ? [say("event.approval")] : []),
      ...rankingLines(sheet, { say, list }),
      ...boardLines(sheet, { say, list }),
      ...creditLines(sheet, { say, list }),
    ];
  }
  const team = sheet.entries === "team";
  const lines = [say(team ? "event.teams" : "event.persons")];
  const timed = (sheet.ranking ?? ["points", "correct", "time"]).includes("time") || hasSpeed(sheet);
  if (sheet.start_points) lines.push(say("event.start", { n: plain(sheet.start_points) }));
  if (!team) lines.push(say(sheet.guests ? "event.guests" : "event.noGuests"));
  lines.push(say(sheet.late_join === false ? "event.noLate" : "event.late"));
  if (sheet.groups) lines.push(say("event.groups", { n: sheet.groups }));
  if (sheet.rounds.some((round) => inTurn(round) === "lot")) lines.push(say("event.lot"));
  if (sheet.team?.help?.length) {
    lines.push(say("event.help", { list: list(sheet.team.help.map((help) => say(`help.${help}`)), true) }));
  }
  lines.push(...networkLines(sheet, timed, { say, list }));
  if (sheet.appeals) lines.push(say("event.appeals"));
  if (sheet.approval) lines.push(say("event.approval"));
  lines.push(...rankingLines(sheet, { say, list }), ...boardLines(sheet, { say, list }));
  lines.push(...pressLines(sheet, { say, list }), ...creditLines(sheet, { say, list }));
  return lines;
}

function networkLines(sheet: Sheet, timed: boolean, { say }: Voice): string[] {
  const rttCap = sheet.rtt_cap_ms ?? 150;
  const grace = sheet.grace_ms ?? 300;
  const lines: string[] = [];
  if (grace > 0) lines.push(say("event.grace", { s: seconds(grace) }));
  if (timed && rttCap > 0) lines.push(say("event.rtt", { s: seconds(rttCap) }));
  return lines;
}

function rankingLines(sheet: Sheet, { say, list }: Voice): string[] {
  const keys = sheet.ranking ?? ["points", "correct", "time"];
  return [say("event.ranking", { list: list(keys.map((key) => say(`rank.${key}`))) })];
}

function boardLine(board: BoardSheet, { say }: Voice): string {
  const floor = plain((board.floor ?? 0) * 100);
  const by = say(`by.${board.by ?? "mean"}`, { n: board.best ?? 1, p: floor });
  const words = { of: say(`of.${board.of}`), by, n: board.least ?? 1 };
  return say(words.n > 1 ? "board.least" : "board", words);
}

/* Boards that every event has are not said, only what the organiser chose. */
function boardLines({ freeze = {}, awards, boards = [], round_boards }: Sheet, voice: Voice): string[] {
  const { say, list } = voice;
  const lines: string[] = [];
  if (freeze.round) lines.push(say("freeze.round", { n: freeze.round }));
  if (freeze.after_minutes) lines.push(say("freeze.after", { n: freeze.after_minutes }));
  if (freeze.last_minutes) lines.push(say("freeze.last", { n: freeze.last_minutes }));
  if (awards) lines.push(say("awards", { list: list(awards.map(({ title, places }) => say("award", { title, n: places }))) }));
  if (round_boards !== undefined) lines.push(say(round_boards ? "boards.rounds" : "boards.noRounds"));
  lines.push(...boards.map((board) => boardLine(board, voice)));
  return lines;
}

function pressLines(sheet: Sheet, { say }: Voice): string[] {
  if (!sheet.rounds.some((round) => round.mode === "buzzer")) return [];
  const rule = sheet.buzzer ?? {};
  const doubt = seconds(rule.doubt_ms ?? 10);
  return [
    rule.timing === "compensated"
      ? say("press.compensated", { cap: seconds(rule.cap_ms ?? 250), slack: seconds(rule.slack_ms ?? 30) })
      : say("press.arrival"),
    say("press.window", { s: seconds(rule.window_ms ?? 600) }),
    say(rule.doubt === "rearm" ? "press.rearm" : "press.draw", { s: doubt }),
  ];
}

function creditLines(sheet: Sheet, { say }: Voice): string[] {
  const { participation, placement = [] } = sheet.credits ?? {};
  const lines = participation
    ? [say("credits.participation", { n: participation.min_answers, c: plain(participation.amount) })]
    : [];
  for (const { ranks, amount } of placement) {
    const [a, b] = ranks;
    lines.push(say(a === b ? "credits.place" : "credits.places", { a, b, c: plain(amount) }));
  }
  return lines;
}

function modeLine(round: RoundSheet, { say }: Voice): string {
  if (round.mode === "required" && inTurn(round)) return say("mode.required.turn");
  if (round.mode === "duel") return say("mode.duel", { n: round.players ?? 2, t: round.target ?? 1 });
  return say(`mode.${round.mode}`, { n: typeof round.places === "number" ? round.places : 3 });
}

function sizeLine(round: RoundSheet, { say }: Voice): string {
  const words = {
    n: round.questions,
    s: round.seconds ?? 0,
    a: round.answer_seconds ?? 5,
    b: round.burst ?? round.questions,
  };
  if (round.mode === "buzzer") return say("round.sizePress", words);
  if (round.mode === "speed") return say("round.sizeBurst", words);
  return say(round.mode === "jury" ? "round.sizeTask" : "round.size", words);
}

function answerPoints(rule: Points, { say }: Voice): string[] {
  const lines = [
    say("round.right", { n: plain(rule.right) }),
    rule.wrong ? say("round.wrong", { n: plain(-rule.wrong) }) : say("round.noWrong"),
  ];
  if (rule.speed) lines.push(say("round.speed"));
  if (rule.partial) lines.push(say("round.partial"));
  if (rule.streak) lines.push(say("round.streak", { n: plain(rule.streak.bonus), m: rule.streak.max }));
  return lines;
}

function pointLines(round: RoundSheet, voice: Voice): string[] {
  const { say, list } = voice;
  const { points: rule, stakes, jury } = round;
  const lines = rule ? answerPoints(rule, voice) : [];
  if (stakes) lines.push(say("round.stakes", { list: list(stakes.map(plain), true) }));
  if (jury) {
    lines.push(say("round.marks", { n: jury.judges ?? 3, m: plain(jury.max) }));
    if (jury.drop !== false) lines.push(say("round.drop"));
  }
  return lines;
}

function buzzerLines(round: RoundSheet, { say }: Voice): string[] {
  if (round.mode !== "buzzer") return [];
  const lock = round.foul?.lock_seconds ?? 3;
  const lines: string[] = [];
  if (round.foul?.points) lines.push(say("round.foul", { n: plain(-round.foul.points) }));
  lines.push(lock === 0 ? say("round.lockAll") : say("round.lock", { s: lock }));
  lines.push(round.rebounds ? say("round.rebounds", { n: round.rebounds }) : say("round.noRebounds"));
  return lines;
}

/* Who speaks for a team. Persons speak for themselves, and a jury asks nothing. */
function answerLine(sheet: Sheet, round: RoundSheet, { say }: Voice): string[] {
  if (round.judging === "judge") return [say("round.spoken")];
  if (sheet.entries !== "team" || round.mode === "jury") return [];
  const policy = round.policy ?? sheet.team?.policy ?? "captain";
  return [say(`policy.${policy}`, { n: (round.policy ? round.best : sheet.team?.best) ?? 1 })];
}

function drawLines(round: RoundSheet, voice: Voice): string[] {
  if (round.codes) return [voice.say("round.fixed")];
  return round.draw ? [voice.say("round.drawn"), ...fitLines(round.draw, voice)] : [];
}

function fitLines({ topics, types, difficulty, audience }: Draw, { say, list }: Voice): string[] {
  const lines: string[] = [];
  if (topics) lines.push(say("draw.topics", { list: list(topics) }));
  if (types) lines.push(say("draw.types", { list: list(types.map((type) => say(`type.${type}` as Key))) }));
  if (difficulty) {
    lines.push(say("draw.difficulty", { list: list(difficulty.map((grade) => say(`difficulty.${grade}` as Key))) }));
  }
  if (audience) lines.push(say("draw.audience", { list: list(audience) }));
  return lines;
}

function stageLines(sheet: Sheet, round: RoundSheet, { say }: Voice): string[] {
  const lines: string[] = [];
  if (round.advance) lines.push(say("round.advance", { n: round.advance }));
  if (round.reset) lines.push(say("round.reset", { n: plain(sheet.start_points ?? 0) }));
  return lines;
}

/* How a paper goes, a run, a duel. */
function paperLines(round: RoundSheet, { say }: Voice): string[] {
  if (round.mode === "survival") {
    return [
      say("paper.most", { n: round.questions, s: round.seconds ?? 0 }),
      round.revivals ? say("survival.revivals", { n: round.revivals }) : say("survival.none"),
    ];
  }
  const lines = [say("paper.size", { n: round.questions })];
  if (round.minutes) lines.push(say("paper.minutes", { n: round.minutes }));
  if (round.seconds) lines.push(say("paper.seconds", { n: round.seconds }));
  lines.push(say("paper.expires"), say(round.movement === "forward" ? "paper.forward" : "paper.free"));
  if (round.one_by_one) lines.push(say("paper.oneByOne"));
  if (round.disjoint) lines.push(say("paper.disjoint"));
  if (round.practice) lines.push(say("paper.practice"));
  return lines;
}

function duelLines(round: RoundSheet, { say, list }: Voice): string[] {
  const places = Array.isArray(round.places) ? round.places : [];
  return [
    say("duel.size", { n: round.questions, s: round.seconds ?? 0 }),
    say("duel.places", { list: list(places.map(plain)) }),
    say("duel.forfeit"),
    say(`match.${round.match ?? "any"}`),
    round.robot_after ? say("duel.robot", { n: round.robot_after }) : say("duel.noRobot"),
  ];
}

/* How often, and which of them counts. */
function limitLines(round: RoundSheet, { say }: Voice): string[] {
  const attempts = round.attempts ?? (round.mode === "timed" && !round.practice ? 1 : 0);
  const lines = [attempts ? say("paper.attempts", { n: attempts }) : say("paper.anyAttempts")];
  if (round.per_day) lines.push(say("paper.perDay", { n: round.per_day }));
  if (round.practice) return lines;
  if (round.counted_per_day) lines.push(say("paper.countedPerDay", { n: round.counted_per_day }));
  if (attempts !== 1) lines.push(say(`counts.${round.counts ?? (round.mode === "duel" ? "sum" : "best")}`));
  return lines;
}

function partLines(round: RoundSheet, voice: Voice): string[] {
  return (round.blueprint ?? []).flatMap(({ questions, points: rule, draw }, i) => [
    voice.say("paper.part", { i: i + 1, n: questions }),
    ...answerPoints(rule, voice),
    ...(draw ? fitLines(draw, voice) : []),
  ]);
}

function pacedRoundLines(round: RoundSheet, voice: Voice): string[] {
  return [
    modeLine(round, voice),
    ...(round.mode === "duel" ? duelLines(round, voice) : paperLines(round, voice)),
    ...limitLines(round, voice),
    ...partLines(round, voice),
    ...(round.points ? answerPoints(round.points, voice).slice(0, round.mode === "survival" ? 1 : undefined) : []),
    ...drawLines(round, voice),
  ];
}

function roundLines(sheet: Sheet, round: RoundSheet, voice: Voice): string[] {
  if (selfPaced(sheet)) return pacedRoundLines(round, voice);
  const turn = round.mode === "required" || round.mode === "jury" || round.mode === "wager" || round.mode === "speed" ? inTurn(round) : null;
  return [
    modeLine(round, voice),
    ...(round.group ? [voice.say("round.group", { n: round.group })] : []),
    ...(turn ? [voice.say(`round.${turn}`)] : []),
    sizeLine(round, voice),
    ...answerLine(sheet, round, voice),
    ...pointLines(round, voice),
    ...buzzerLines(round, voice),
    ...stageLines(sheet, round, voice),
    ...drawLines(round, voice),
  ];
}

/** What the sheet says, first for the event, then round by round. */
export function ruleWords(sheet: Sheet, lang: Lang): RuleGroup[] {
  const voice = voiceOf(lang);
  return [
    { round: 0, title: "", lines: eventLines(sheet, voice) },
    ...sheet.rounds.map((round, i) => ({ round: i + 1, title: round.title, lines: roundLines(sheet, round, voice) })),
  ];
}

/** The sheet of a `rules` message; null when it is none (an older page than the server, say). */
export function readSheet(json: string): Sheet | null {
  try {
    const sheet = JSON.parse(json) as Sheet;
    return Array.isArray(sheet.rounds) ? sheet : null;
  } catch {
    return null;
  }
}
