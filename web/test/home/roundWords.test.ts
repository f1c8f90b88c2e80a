import assert from "node:assert/strict";
import test from "node:test";
import { modeName, roundWords, sizeOf } from "../../src/home/roundWords.ts";
import { setLang } from "../../src/shared/i18n.ts";
import { round } from "./papers.ts";

Object.assign(globalThis, { document: { documentElement: {} } });
setLang("zh");

test("a timed paper is described by its size, its course and its limits", () => {
  const one = round({ attempts: 3, per_day: 1, counts: "last" });
  assert.equal(sizeOf(one), "20 题 · 30 分钟");
  assert.deepEqual(roundWords(one), [
    "可以前后翻看、修改，交卷前都算数。",
    "时间到由系统自动交卷，已保存的作答都有效。",
    "开始后断网也可以继续作答，连上网会自动保存。",
    "一共可以答 3 次。",
    "每天最多 1 次。",
    "取最后一次。",
  ]);
});

test("a run says when it ends, a duel who plays", () => {
  const { minutes: _, ...plain } = round();
  const run = { ...plain, mode: "survival", seconds: 20, revivals: 1 } as const;
  assert.equal(sizeOf(run), "每题 20 秒");
  assert.match(roundWords(run).join(), /第一次答错为止.*复活 1 次/);
  const duel = { ...plain, mode: "duel", players: 4, target: 10, counted_per_day: 2, counts: "sum" } as const;
  assert.equal(modeName(duel), "四人赛");
  assert.match(roundWords(duel).join(), /4 人.*先答对 10 题.*机器人.*前 2 次计入.*累加/);
});

test("practice says that it gives no points", () => {
  assert.match(roundWords(round({ practice: true })).join(), /练习不计分/);
});
