/* The rules of a self-paced round in plain words, as the person who is about to start is to know them. */
import type { OpenRound } from "../shared/protocol.gen.ts";
import { type Key, t } from "./messages.ts";

/** The size of it in one line: "20 题 · 30 分钟". */
export function sizeOf(round: OpenRound): string {
  return [
    ...(round.mode === "survival" ? [] : [t("rule.questions", { n: round.questions })]),
    ...(round.minutes === undefined ? [] : [t("rule.minutes", { n: round.minutes })]),
    ...(round.seconds === undefined ? [] : [t("rule.seconds", { n: round.seconds })]),
  ].join(" · ");
}

export function modeName(round: OpenRound): string {
  if (round.mode === "duel" && (round.players === 2 || round.players === 4)) return t(`mode.duel${round.players}`);
  return t(`mode.${round.mode}` as Key);
}

export function roundWords(round: OpenRound): string[] {
  return [...course(round), ...clocks(round), ...limits(round), ...(round.practice ? [t("rule.practice")] : [t(`rule.${round.counts}`)])];
}

function course(round: OpenRound): string[] {
  if (round.mode === "survival") {
    return [t("rule.survival"), ...(round.revivals ? [t("rule.revivals", { n: round.revivals })] : [])];
  }
  if (round.mode === "duel") {
    return [t("rule.duel", { n: round.players ?? 2, m: round.target ?? round.questions }), t("rule.duelFinal"), t("rule.robot")];
  }
  return [t(round.forward ? "rule.forward" : "rule.free")];
}

function clocks(round: OpenRound): string[] {
  if (round.seconds !== undefined && round.mode === "timed") return [t("rule.itemClock")];
  if (round.minutes !== undefined) return [t("rule.clock"), ...(round.forward ? [] : [t("rule.offline")])];
  return [];
}

function limits(round: OpenRound): string[] {
  return [
    ...(round.attempts === undefined ? [] : [t("rule.attempts", { n: round.attempts })]),
    ...(round.per_day === undefined ? [] : [t("rule.perDay", { n: round.per_day })]),
    ...(round.counted_per_day === undefined ? [] : [t("rule.counted", { n: round.counted_per_day })]),
  ];
}
