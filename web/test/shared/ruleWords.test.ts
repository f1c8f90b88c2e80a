import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { readSheet, ruleWords, type RoundSheet, type Sheet } from "../../src/shared/ruleWords.ts";

/* The tests run in web/. */
const document = readFileSync("../docs/rules.md", "utf8");
const examples = [...document.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => JSON.parse(match[1]!) as Sheet);

function live(round: Partial<RoundSheet> = {}, sheet: Partial<Sheet> = {}): Sheet {
  return {
    version: 1,
    ...sheet,
    rounds: [{ title: "一", mode: "live", questions: 10, seconds: 20, points: { right: 10 }, ...round }],
  };
}

function team(round: Partial<RoundSheet>, sheet: Partial<Sheet> = {}): Sheet {
  return live({ mode: "required", ...round }, { entries: "team", ...sheet });
}

function lines(sheet: Sheet, round: number, lang: "zh" | "en" = "zh"): string[] {
  return ruleWords(sheet, lang)[round]!.lines;
}

test("a group of sentences for the event and one for each round, by its title", () => {
  const groups = ruleWords(examples[0]!, "zh");
  assert.deepEqual(
    groups.map(({ round, title }) => [round, title]),
    [
      [0, ""],
      [1, "第一环节 基础知识"],
      [2, "第二环节 以案释法"],
    ],
  );
});

test("the shortest sheet is told with its defaults", () => {
  assert.deepEqual(lines(live(), 0), [
    "个人参赛。",
    "须从学习平台进入。",
    "比赛开始后仍可加入。",
    "网络延迟：截止后 0.3 秒内到达的答案仍然有效。",
    "作答用时会减去网络往返时间，最多减 0.15 秒。",
    "名次依次比较：总分、答对题数、得分题的用时（少者在前）；都相同则名次并列。",
  ]);
  assert.deepEqual(lines(live(), 1), ["现场答题：每人用自己的设备作答。", "10 题，每题 20 秒。", "答对得 10 分。", "答错不扣分。"]);
});

test("a buzzer round in English", () => {
  const sheet = team(
    { mode: "buzzer", points: { right: 10, wrong: -10 }, foul: { points: -10 }, rebounds: 1 },
    { buzzer: { timing: "compensated" } },
  );
  assert.deepEqual(lines(sheet, 1, "en"), [
    "Buzzer: after the host's “start”, who presses first answers; if nobody does, the question is void.",
    "10 questions, 20 s to press, then 5 s to begin the answer.",
    "The captain answers.",
    "A right answer earns 10 points.",
    "A wrong answer costs 10 points.",
    "A press before the start costs 10 points.",
    "A team that pressed before the start may not press for 3 s after it.",
    "After a wrong answer the next press may try, 1 more teams at most.",
  ]);
  assert.ok(
    lines(sheet, 0, "en").includes(
      "The shortest reaction wins: the measured round trip is made up for, 0.25 s at most, with a tolerance of 0.03 s.",
    ),
  );
});

test("a wager is told with its stakes, in the order of the ranking turned round", () => {
  const { points: _, ...round } = team({ mode: "wager", turns: "reverse", stakes: [10, 20, 30] }).rounds[0]!;
  const sheet: Sheet = { version: 1, entries: "team", start_points: 100, rounds: [round] };
  assert.ok(lines(sheet, 0).includes("起始分为 100 分。"));
  assert.deepEqual(lines(sheet, 1), [
    "风险：先秘密选择分值或放弃，再看题作答。",
    "按当前名次倒序，每次一队。",
    "10 题，每题 20 秒。",
    "由队长作答。",
    "可选 10、20或30 分；答对加分，答错扣同样的分，放弃不加不扣。",
  ]);
});

test("a jury's part is in turn although nobody says so", () => {
  const { points: _, ...round } = team({ mode: "jury", jury: { max: 30 } }).rounds[0]!;
  const sheet: Sheet = { version: 1, entries: "team", rounds: [round] };
  assert.ok(lines(sheet, 0).includes("出场顺序由抽签决定。"));
  assert.deepEqual(lines(sheet, 1), [
    "展示：各队依次上场，评委打分。",
    "按抽签顺序，每次一队。",
    "10 个任务，每个 20 秒。",
    "3 位评委各打 0 到 30 分的整数分，取平均分。",
    "有三位以上评委打分时，去掉一个最高分和一个最低分。",
  ]);
});

test("a round's policy goes before the event's, and spoken answers have none", () => {
  const sheet = (round: Partial<RoundSheet>): Sheet => team(round, { team: { policy: "best", best: 3 } });
  assert.ok(lines(sheet({}), 1).includes("取得分最高的 3 名队员的平均值。"));
  assert.ok(lines(sheet({ policy: "majority" }), 1).includes("以队内多数人的答案为准；票数相同时听队长的。"));
  const spoken = lines(sheet({ judging: "judge", turns: "lot" }), 1);
  assert.ok(spoken.includes("口头作答，由主持人或评委判定对错。"));
  assert.ok(!spoken.some((line) => line.includes("队员")));
});

test("a paper is told with its parts, and with its defaults", () => {
  const sheet: Sheet = {
    version: 1,
    rounds: [
      {
        title: "卷",
        mode: "timed",
        questions: 20,
        minutes: 30,
        blueprint: [
          { questions: 12, points: { right: 4, wrong: -1 }, draw: { topics: ["宪法"] } },
          { questions: 8, points: { right: 5, partial: true } },
        ],
      },
      { title: "练习", mode: "timed", questions: 10, minutes: 15, practice: true, points: { right: 10 } },
    ],
  };
  assert.deepEqual(lines(sheet, 0), [
    "个人参赛。",
    "赛事开放期间，随时可以参加，各人题目不同。",
    "结果和答案在赛事结束后公布。",
    "网络延迟：截止后 0.3 秒内到达的答案仍然有效。",
    "作答用时会减去网络往返时间，最多减 0.15 秒。",
    "名次依次比较：总分、答对题数、得分题的用时（少者在前）；都相同则名次并列。",
  ]);
  assert.deepEqual(lines(sheet, 1), [
    "限时个人赛：在规定时间内完成一份试卷。",
    "一份试卷 20 题。",
    "全卷 30 分钟。",
    "开始后计时不停；到时自动交卷。",
    "交卷前可以任意跳题、改答案。",
    "每人可以参加 1 次。",
    "第 1 部分：12 题。",
    "答对得 4 分。",
    "答错扣 1 分。",
    "范围：宪法。",
    "第 2 部分：8 题。",
    "答对得 5 分。",
    "答错不扣分。",
    "多选题选对一部分，按比例得分；选错会抵扣。",
  ]);
  assert.ok(lines(sheet, 2).includes("这是练习：不计分，交卷后立即看答案。"));
  assert.ok(lines(sheet, 2).includes("参加次数不限。"));
});

test("a duel and a run in English", () => {
  const sheet: Sheet = {
    version: 1,
    day_offset_minutes: 330,
    rounds: [
      { title: "d", mode: "duel", questions: 20, seconds: 15, target: 10, places: [3, 1], counted_per_day: 2, robot_after: 15 },
      { title: "s", mode: "survival", questions: 100, seconds: 20, points: { right: 1 } },
    ],
  };
  assert.ok(lines(sheet, 0, "en").includes("A day is that of UTC+5:30."));
  assert.deepEqual(lines(sheet, 1, "en"), [
    "Duel: 2 people answer the same questions; who first has 10 right wins.",
    "20 questions at most, 15 s each, everybody at their own pace.",
    "Places earn 3, 1 points, in order; who shares a place gets the same.",
    "Who leaves forfeits and gets nothing.",
    "Opponents are whoever is waiting.",
    "When nobody comes within 15 s, a robot plays, marked as one.",
    "One may start as often as one likes.",
    "Only the first 2 of a day count.",
    "All of them add up.",
  ]);
  assert.deepEqual(lines(sheet, 2, "en"), [
    "Survival: one question after the other, growing harder, until a wrong answer.",
    "100 questions at most, 20 s each; time that runs out is a wrong answer.",
    "There are no revivals.",
    "One may start as often as one likes.",
    "The best one counts.",
    "A right answer earns 1 points.",
  ]);
});

test("freeze, awards and the boards that the organiser chose", () => {
  const said = (sheet: Partial<Sheet>, lang: "zh" | "en" = "zh"): string[] => {
    const plain = lines(live(), 0, lang);
    return lines(live({}, sheet), 0, lang).filter((line) => !plain.includes(line));
  };
  assert.deepEqual(said({ freeze: { round: 2 } }), ["从第 2 环节起封榜，直到揭榜。"]);
  assert.deepEqual(said({ freeze: { after_minutes: 45 } }, "en"), [
    "45 minutes after the start the board stands still until it is revealed.",
  ]);
  assert.deepEqual(said({ awards: [{ title: "一等奖", places: 10 }, { title: "二等奖", places: 20 }], round_boards: false }), [
    "设奖：一等奖 10 名、二等奖 20 名；名次并列，奖项相同。",
    "环节不单独排名。",
  ]);
  assert.deepEqual(said({ boards: [{ of: "city", by: "weighted", floor: 0.9125, least: 3 }, { of: "unit", by: "best", best: 5 }, { of: "kind" }] }), [
    "另有市州榜：按参赛率折算的平均分，至少按在册人数的 91.25% 计；不足 3 个成绩的不排名。",
    "另有单位榜：前 5 个成绩之和。",
    "另有单位类别榜：平均分。",
  ]);
  assert.deepEqual(said({ boards: [] }), []);
});

test("which questions were fixed is not told", () => {
  const text = JSON.stringify(ruleWords(live({ questions: 1, codes: ["CON-003"] }), "zh"));
  assert.ok(text.includes("题目由组织者指定。"));
  assert.ok(!text.includes("CON-003"));
});

/* Every leaf of the sheet with its path. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function changed(value: unknown, path: (string | number)[]): unknown {
  if (path.includes("difficulty")) return value === 1 ? 2 : 1;
  if (value === "tiebreak" && path.includes("mode")) return "required";
  if (path.includes("by")) return value === "mean" ? "sum" : "mean";
  if (path.includes("of")) return value === "unit" ? "city" : "unit";
  if (path.includes("floor")) return 0.9125;
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  const other: Record<string, string> = {
    team: "person", captain: "first", majority: "sum", best: "mean", hall: "two", colleague: "hall", two: "colleague",
    points: "time", tiebreak: "points", correct: "points", time: "points", compensated: "arrival", draw: "rearm",
    lot: "reverse", reverse: "all", judge: "key", single: "fill", multiple: "order", live: "required",
    required: "live", buzzer: "speed", speed: "buzzer", wager: "required", jury: "required",
    timed: "survival", survival: "timed", duel: "timed", window: "at_once", at_once: "window", forward: "free", free: "forward",
    sum: "last", last: "sum", mean: "sum", region: "any", rating: "any",
  };
  return other[value as string] ?? `${String(value)}x`;
}

/* What changes nothing for those who play, or is not for their eyes. */
const unsaid = /^(version|board_rows|rounds\.\d+\.codes\.\d+)$/;

test("a rule that is changed changes the words, in both languages", () => {
  let told = 0;
  for (const example of examples) {
    for (const path of leaves(example)) {
      const copy = JSON.parse(JSON.stringify(example)) as Sheet;
      let at: any = copy; // the path is made of keys of this very value
      for (const key of path.slice(0, -1)) at = at[key];
      const last = path[path.length - 1]!;
      at[last] = changed(at[last], path);
      for (const lang of ["zh", "en"] as const) {
        const before = JSON.stringify(ruleWords(example, lang));
        const after = JSON.stringify(ruleWords(copy, lang));
        if (unsaid.test(path.join("."))) assert.equal(after, before, path.join("."));
        else assert.notEqual(after, before, path.join("."));
        told++;
      }
    }
  }
  assert.ok(told > 200);
});

test("presets are told without gaps in either language", () => {
  const folder = "../schema/demo/presets";
  const files = readdirSync(folder);
  assert.ok(files.length >= 7);
  for (const file of files) {
    const sheet = readSheet(readFileSync(`${folder}/${file}`, "utf8"));
    assert.ok(sheet);
    for (const lang of ["zh", "en"] as const) {
      for (const group of ruleWords(sheet, lang)) {
        assert.ok(group.lines.length >= 2, `${file} ${group.title}`);
        for (const line of group.lines) {
          assert.ok(!/[{}]|undefined|NaN/.test(line), line);
          assert.ok(line.length <= (lang === "zh" ? 60 : 160), line);
        }
      }
    }
  }
});

test("what is no sheet gives none", () => {
  assert.equal(readSheet("{"), null);
  assert.equal(readSheet("{}"), null);
  assert.ok(readSheet('{"version":1,"rounds":[]}'));
});
